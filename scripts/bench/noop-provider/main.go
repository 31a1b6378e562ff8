// Command pulumi-resource-cloudbackup is a provider that does nothing: every input is valid, every output is an input,
// and an id is the resource's name. It shows what an update costs that asks nothing of its provider.
package main

import (
	"context"
	"fmt"
	"net"
	"os"
	"strings"

	rpc "github.com/pulumi/pulumi/sdk/v3/proto/go"
	"google.golang.org/grpc"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/types/known/emptypb"
)

// Pulumi's messages grow with the resource.
const maximumMessageBytes = 400 * 1024 * 1024

type provider struct {
	rpc.UnimplementedResourceProviderServer
}

func (provider) Handshake(
	context.Context, *rpc.ProviderHandshakeRequest,
) (*rpc.ProviderHandshakeResponse, error) {
	return &rpc.ProviderHandshakeResponse{AcceptSecrets: true, AcceptResources: true, AcceptOutputs: true}, nil
}

func (provider) GetPluginInfo(context.Context, *emptypb.Empty) (*rpc.PluginInfo, error) {
	return &rpc.PluginInfo{Version: "0.1.0"}, nil
}

func (provider) Attach(context.Context, *rpc.PluginAttach) (*emptypb.Empty, error) {
	return &emptypb.Empty{}, nil
}

func (provider) GetSchema(context.Context, *rpc.GetSchemaRequest) (*rpc.GetSchemaResponse, error) {
	return &rpc.GetSchemaResponse{Schema: `{"name":"cloudbackup","version":"0.1.0"}`}, nil
}

func (provider) CheckConfig(_ context.Context, request *rpc.CheckRequest) (*rpc.CheckResponse, error) {
	return &rpc.CheckResponse{Inputs: request.News}, nil
}

func (provider) DiffConfig(context.Context, *rpc.DiffRequest) (*rpc.DiffResponse, error) {
	return &rpc.DiffResponse{Changes: rpc.DiffResponse_DIFF_NONE}, nil
}

func (provider) Configure(context.Context, *rpc.ConfigureRequest) (*rpc.ConfigureResponse, error) {
	return &rpc.ConfigureResponse{
		AcceptSecrets: true, AcceptResources: true, AcceptOutputs: true, SupportsPreview: true,
	}, nil
}

func (provider) Check(_ context.Context, request *rpc.CheckRequest) (*rpc.CheckResponse, error) {
	return &rpc.CheckResponse{Inputs: request.News}, nil
}

func (provider) Diff(_ context.Context, request *rpc.DiffRequest) (*rpc.DiffResponse, error) {
	changes := rpc.DiffResponse_DIFF_SOME
	if proto.Equal(request.OldInputs, request.News) {
		changes = rpc.DiffResponse_DIFF_NONE
	}
	return &rpc.DiffResponse{Changes: changes}, nil
}

func (provider) Create(_ context.Context, request *rpc.CreateRequest) (*rpc.CreateResponse, error) {
	return &rpc.CreateResponse{Id: request.Name, Properties: request.Properties}, nil
}

func (provider) Read(_ context.Context, request *rpc.ReadRequest) (*rpc.ReadResponse, error) {
	return &rpc.ReadResponse{Id: request.Id, Properties: request.Properties, Inputs: request.Inputs}, nil
}

func (provider) Update(_ context.Context, request *rpc.UpdateRequest) (*rpc.UpdateResponse, error) {
	return &rpc.UpdateResponse{Properties: request.News}, nil
}

func (provider) Delete(context.Context, *rpc.DeleteRequest) (*emptypb.Empty, error) {
	return &emptypb.Empty{}, nil
}

func (provider) Cancel(context.Context, *emptypb.Empty) (*emptypb.Empty, error) {
	return &emptypb.Empty{}, nil
}

func main() {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	server := grpc.NewServer(grpc.MaxRecvMsgSize(maximumMessageBytes))
	rpc.RegisterResourceProviderServer(server, provider{})
	_, port, _ := strings.Cut(listener.Addr().String(), ":")
	fmt.Println(port)
	if err := server.Serve(listener); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}
