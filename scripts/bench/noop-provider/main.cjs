// The no-op provider on Node, for machines without a Go compiler; see main.go for what it answers.
const { Server, ServerCredentials } = require("@grpc/grpc-js");
const { PluginInfo } = require("@pulumi/pulumi/proto/plugin_pb");
const { ResourceProviderService } = require("@pulumi/pulumi/proto/provider_grpc_pb");
const messages = require("@pulumi/pulumi/proto/provider_pb");
const { Empty } = require("google-protobuf/google/protobuf/empty_pb");

const maximumMessageBytes = 400 * 1024 * 1024;

const answers = {
  handshake: () =>
    new messages.ProviderHandshakeResponse().setAcceptSecrets(true).setAcceptResources(true).setAcceptOutputs(true),
  getPluginInfo: () => new PluginInfo().setVersion("0.1.0"),
  attach: () => new Empty(),
  getSchema: () => new messages.GetSchemaResponse().setSchema('{"name":"cloudbackup","version":"0.1.0"}'),
  checkConfig: (request) => new messages.CheckResponse().setInputs(request.getNews()),
  diffConfig: () => new messages.DiffResponse().setChanges(messages.DiffResponse.DiffChanges.DIFF_NONE),
  configure: () =>
    new messages.ConfigureResponse()
      .setAcceptsecrets(true)
      .setAcceptresources(true)
      .setAcceptoutputs(true)
      .setSupportspreview(true),
  check: (request) => new messages.CheckResponse().setInputs(request.getNews()),
  diff: (request) => {
    const bytes = [request.getOldInputs(), request.getNews()].map((value) => Buffer.from(value.serializeBinary()));
    const { DIFF_NONE, DIFF_SOME } = messages.DiffResponse.DiffChanges;
    return new messages.DiffResponse().setChanges(bytes[0].equals(bytes[1]) ? DIFF_NONE : DIFF_SOME);
  },
  create: (request) => new messages.CreateResponse().setId(request.getName()).setProperties(request.getProperties()),
  read: (request) =>
    new messages.ReadResponse()
      .setId(request.getId())
      .setProperties(request.getProperties())
      .setInputs(request.getInputs()),
  update: (request) => new messages.UpdateResponse().setProperties(request.getNews()),
  delete: () => new Empty(),
  cancel: () => new Empty(),
};

const server = new Server({
  "grpc.max_receive_message_length": maximumMessageBytes,
  "grpc.max_send_message_length": -1,
});
const handlers = Object.entries(answers).map(([name, answer]) => [
  name,
  (call, respond) => respond(null, answer(call.request)),
]);
server.addService(ResourceProviderService, Object.fromEntries(handlers));
server.bindAsync("127.0.0.1:0", ServerCredentials.createInsecure(), (error, port) => {
  if (error !== null) throw error;
  process.stdout.write(`${port}\n`);
});
