// Package driver is the one seam between dnslab and a container runtime.
//
// A driver is a folder beside this file. It passes the suite in drivertest.
// Nothing outside the folder knows the engine exists.
//
// A driver builds a topology, starts an agent in every node and carries out
// the acts that only an engine can do. It asks no question itself: whoever
// wants to know something dials a place and talks to the agent there.
package driver
