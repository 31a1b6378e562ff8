import type { Exemptions } from "../stack/exemption";
import type { Protection } from "../stack/protection";
import { recordsOf, type StackResource, textOf } from "../stack/resource";
import type { Stack } from "../stack/stack";
import { elsewhere, type Finding, judgeProtections, policyLabel, type Verdict } from "../stack/verdict";

export interface ImmutabilityConfig extends Exemptions {
  /** Azure: whether the vault's immutability must be locked, so that nobody can turn it off again. */
  readonly requireLocked: boolean;
}

/** Whether points can be deleted before they expire. */
export function immutability(stack: Stack, config: ImmutabilityConfig): Verdict {
  return judgeProtections(stack, config, (protection) =>
    protection.cloud === "azure" ? vaultFindings(stack, protection, config) : policyFindings(protection),
  );
}

function policyFindings(protection: Protection): readonly Finding[] {
  const { policy } = protection;
  const label = policyLabel(protection);
  if (policy === undefined) return [elsewhere(label)];
  if (policy.type.endsWith("BackupPlan")) {
    const problem = `${label} can't make immutable points: everybody who may delete points can delete them`;
    return [
      { problem, fix: "protect the machine by a policy with a SECURITY rule, where the region has Policy Center" },
    ];
  }
  const isImmutable = recordsOf(policy, "rules").some(
    (rule) => rule.ruleType === "SECURITY" && rule.immutable === true,
  );
  if (isImmutable) return [];
  const fix = 'add the rule {ruleType: "SECURITY", immutable: true} to the policy (A-43)';
  return [{ problem: `points of ${label} can be deleted before they expire`, fix }];
}

/** The vault that a protected item lies in; undefined when it is not part of the stack. */
export function vaultOf(stack: Stack, { resource }: Protection): StackResource | undefined {
  return stack.find("cloudbackup:recoveryservices:Vault", textOf(resource, "vaultId"));
}

function vaultFindings(
  stack: Stack,
  protection: Protection,
  { requireLocked }: ImmutabilityConfig,
): readonly Finding[] {
  const vault = vaultOf(stack, protection);
  if (vault === undefined) return [elsewhere("its vault")];
  const state = textOf(vault, "immutability") ?? "Disabled";
  if (state === "Locked" || (state === "Unlocked" && !requireLocked)) return [];
  if (state === "Disabled") {
    const fix = `set immutability to "${requireLocked ? "Locked" : "Unlocked"}" (Z-30)`;
    return [{ problem: `points in vault "${vault.name}" can be deleted before they expire`, fix }];
  }
  const problem = `the immutability of vault "${vault.name}" can be turned off again`;
  return [{ problem, fix: 'set immutability to "Locked", which is for ever (Z-30)' }];
}
