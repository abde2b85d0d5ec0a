// Package bench measures what dnslab costs beyond what cannot be avoided, and
// beside what people do without it. It has tests only: "make bench" runs them
// and prints a table for people, in Markdown.
//
// TestCompare takes, in one run and in turns,
//
//   - the floor: the containers, networks, attached streams and acts of the
//     labs by plain Engine API calls, with nothing asked and nothing checked,
//   - dnslab on the same labs,
//   - by-hand.sh: bash, the docker command and dig, for five labs of them.
//
// The benchmarks are of the parts: one question through an agent's stream,
// judging a claim, writing a run file, a lab on each runtime, what changes of a
// network and two questions at once cost those who ask. Those of a lab
// host are in runner/host: from its image to the engine's first answer, and one
// request through its socket beside one at the engine's own. Nothing here fails
// because of a time.
package bench
