import type { ChannelOptions } from "@grpc/grpc-js";

/** What Pulumi's own engine and SDKs use; gRPC's default of 4 MiB would refuse large stacks. */
export const channelOptions: ChannelOptions = {
  "grpc.max_receive_message_length": 400 * 1024 * 1024,
  "grpc.max_send_message_length": -1,
  // A busy event loop may leave a message waiting longer than gRPC's default of 30 seconds.
  "grpc.server_max_unrequested_time_in_server": 30 * 60,
};

/** The engine is always on this machine: a proxy of the environment must not come in between. */
export const clientOptions: ChannelOptions = { ...channelOptions, "grpc.enable_http_proxy": 0 };
