package book

import (
	"archive/tar"
	"bytes"
	"crypto/rand"
	"io"
	"net/netip"
	"strings"

	"github.com/dnslab/dnslab/runner/topo"
)

// Archive returns files, by their paths, as a tar archive. Placeholders in
// what they contain are expanded.
func (b *Book) Archive(files map[string]string) (io.Reader, error) {
	var buf bytes.Buffer
	tw := tar.NewWriter(&buf)
	for path, content := range files {
		content, err := topo.Expand(content, b.Known().Lookup)
		if err != nil {
			return nil, err
		}
		name := strings.TrimPrefix(path, "/")
		if err := tw.WriteHeader(&tar.Header{Name: name, Mode: 0o644, Size: int64(len(content))}); err != nil {
			return nil, err
		}
		if _, err := tw.Write([]byte(content)); err != nil {
			return nil, err
		}
	}
	return &buf, tw.Close()
}

// Servers returns the addresses of a node's DNS servers.
func (b *Book) Servers(n topo.Node) ([]netip.Addr, error) {
	var all []netip.Addr
	for _, d := range n.DNS {
		addr, err := b.Known().ServerAddr(n, d)
		if err != nil {
			return nil, err
		}
		all = append(all, addr)
	}
	return all, nil
}

// Hosts returns a node's further lines of /etc/hosts, with placeholders expanded.
func (b *Book) Hosts(n topo.Node) ([]string, error) {
	var all []string
	for _, h := range n.ExtraHosts {
		h, err := topo.Expand(h, b.Known().Lookup)
		if err != nil {
			return nil, err
		}
		all = append(all, h)
	}
	return all, nil
}

// UniqueLocal returns a random /64 of fd00::/8 (RFC 4193), for engines that
// have no IPv6 pool of their own.
func UniqueLocal() netip.Prefix {
	var a [16]byte
	rand.Read(a[1:7])
	a[0] = 0xfd
	return netip.PrefixFrom(netip.AddrFrom16(a), 64)
}
