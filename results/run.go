package results

import "time"

// Schema is what a run file says it is. A change of meaning gets a new number.
const Schema = "dnslab.run/v1"

// How a run ended.
const (
	Complete    = "complete"
	Interrupted = "interrupted"
	TimedOut    = "timeout"
	FailFast    = "fail-fast"
)

// A Run is the content of a run file.
type Run struct {
	Schema   string    `json:"schema"`
	ID       string    `json:"id"` // [a-z0-9]{8,20}
	Started  time.Time `json:"started"`
	Finished time.Time `json:"finished"`
	Args     []string  `json:"args"`
	Ended    string    `json:"ended"`
	Planned  int       `json:"planned"` // results that a complete run has
	Build    Build     `json:"dnslab"`
	Machine  Machine   `json:"machine"`
	Runtimes []Runtime `json:"runtimes"`
	Problems []Problem `json:"problems"`
	Results  []Result  `json:"results"`
}

// A Build says which dnslab made a run.
type Build struct {
	Version string `json:"version"`
	Commit  string `json:"commit"`
}

// A Machine is where dnslab ran, which need not be where the engine is.
type Machine struct {
	OS          string `json:"os"`
	Arch        string `json:"arch"`
	Kernel      string `json:"kernel"`
	CPUs        int    `json:"cpus"`
	MemoryBytes uint64 `json:"memory_bytes"` // 0 where unknown
}

// What became of a runtime.
const (
	Ran    = "ran"
	Absent = "absent" // not to be had
	Broken = "broken" // it died, or could not be asked what it is
)

// A Runtime is what a runtime said of itself.
type Runtime struct {
	Name     string            `json:"name"`
	Status   string            `json:"status"`
	Reason   string            `json:"reason"`  // unless it ran
	Engine   string            `json:"engine"`  // "docker", "podman", "kubernetes"
	Version  string            `json:"version"` // of the engine, as it says
	Rootless bool              `json:"rootless"`
	Versions map[string]string `json:"versions"` // "docker", "netavark", "aardvark-dns", "kubernetes", "coredns"
	Facts    map[string]string `json:"facts"`    // "firewall" to "iptables"
	Caps     map[string]string `json:"caps"`     // capability to the evidence for it
}

// A Problem is something that went wrong beside the claims.
type Problem struct {
	Runtime string `json:"runtime"` // empty where it concerns none
	Lab     string `json:"lab"`     // empty where it concerns none
	Stage   string `json:"stage"`   // "image", "host", "up", "act", "down"
	Reason  string `json:"reason"`
}

// Count returns how many results have each status.
func (r Run) Count() map[Status]int {
	n := map[Status]int{}
	for _, res := range r.Results {
		n[res.Status]++
	}
	return n
}
