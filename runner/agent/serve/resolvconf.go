package serve

import (
	"errors"
	"fmt"
	"io/fs"
	"net/netip"
	"strings"

	"github.com/miekg/dns"
)

// errNoServer says that resolv.conf names nobody to ask.
var errNoServer = errors.New("no name server")

// server reads an address with or without a port; empty is the first name
// server of resolv.conf, and an error that wraps errNoServer without one.
func (w *worker) server(s string) (netip.AddrPort, error) {
	if s != "" {
		if a, err := netip.ParseAddr(s); err == nil {
			return netip.AddrPortFrom(a, w.port), nil
		}
		ap, err := netip.ParseAddrPort(s)
		if err != nil {
			return ap, fmt.Errorf("reading server %q: %w", s, err)
		}
		return ap, nil
	}
	conf, err := w.config()
	if err != nil {
		return netip.AddrPort{}, err
	}
	for _, s := range conf.Servers {
		if a, err := netip.ParseAddr(s); err == nil {
			return netip.AddrPortFrom(a, w.port), nil
		}
	}
	return netip.AddrPort{}, fmt.Errorf("%w in %s", errNoServer, w.resolvConf)
}

// config reads resolv.conf. A file that is not there is an error that wraps errNoServer.
func (w *worker) config() (*dns.ClientConfig, error) {
	conf, err := dns.ClientConfigFromFile(w.resolvConf)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("%w: %w", errNoServer, err)
	}
	if err != nil {
		return nil, fmt.Errorf("reading %q: %w", w.resolvConf, err)
	}
	return conf, nil
}

// searched returns the names that a stub resolver asks for, in order, as
// res_search of glibc does: as it is first if it has at least ndots dots,
// otherwise last; each once.
func searched(conf *dns.ClientConfig, name string) []string {
	asIs := dns.Fqdn(name)
	if dns.IsFqdn(name) {
		return []string{asIs}
	}
	var names []string
	add := func(name string) {
		for _, n := range names {
			if strings.EqualFold(n, name) {
				return
			}
		}
		names = append(names, name)
	}
	if dns.CountLabel(asIs)-1 >= conf.Ndots {
		add(asIs)
	}
	for _, s := range conf.Search {
		if s = dns.Fqdn(s); s == "." {
			s = ""
		}
		add(asIs + s)
	}
	add(asIs)
	return names
}
