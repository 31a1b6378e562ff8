import { alibabaLives } from "./alibaba-lives";
import { azureLives } from "./azure-lives";
import type { Life } from "./life";

export const lives: Readonly<Record<string, Life>> = { ...alibabaLives, ...azureLives };
