package docker

import (
	"fmt"
	"os"

	"github.com/docker/cli/cli/config"
	cli "github.com/docker/cli/cli/context/docker"
	"github.com/docker/cli/cli/context/store"
	"github.com/moby/moby/client"
)

// newClient returns a client for the engine at a unix socket or, where socket
// is empty, for the one that the docker command would talk to. The order is that of docker/cli's resolveContextName: DOCKER_HOST,
// DOCKER_CONTEXT, the current context of its configuration, the default.
func newClient(socket string) (*client.Client, error) {
	if socket != "" {
		return client.New(client.WithHost("unix://"+socket), client.WithUserAgent("dnslab"))
	}
	opts, err := clientOpts()
	if err != nil {
		return nil, err
	}
	return client.New(append(opts, client.WithUserAgent("dnslab"))...)
}

func clientOpts() ([]client.Opt, error) {
	if host := os.Getenv(client.EnvOverrideHost); host != "" {
		if os.Getenv(client.EnvOverrideCertPath) != "" {
			return []client.Opt{client.FromEnv}, nil
		}
		ep := cli.Endpoint{EndpointMeta: cli.EndpointMeta{Host: host}}
		return ep.ClientOpts()
	}
	name := os.Getenv("DOCKER_CONTEXT")
	if name == "" {
		cfg, err := config.Load(config.Dir())
		if err != nil {
			return nil, fmt.Errorf("reading the docker command's configuration: %w", err)
		}
		name = cfg.CurrentContext
	}
	if name == "" || name == "default" {
		return []client.Opt{client.FromEnv}, nil
	}
	return contextOpts(name)
}

func contextOpts(name string) ([]client.Opt, error) {
	contexts := store.New(config.ContextStoreDir(), store.NewConfig(
		func() any { return &map[string]any{} },
		store.EndpointTypeGetter(cli.DockerEndpoint, func() any { return &cli.EndpointMeta{} }),
	))
	meta, err := contexts.GetMetadata(name)
	if err != nil {
		return nil, fmt.Errorf("reading docker context %q: %w", name, err)
	}
	endpoint, err := cli.EndpointFromContext(meta)
	if err != nil {
		return nil, fmt.Errorf("reading docker context %q: %w", name, err)
	}
	withTLS, err := cli.WithTLSData(contexts, name, endpoint)
	if err != nil {
		return nil, fmt.Errorf("reading docker context %q: %w", name, err)
	}
	return withTLS.ClientOpts()
}
