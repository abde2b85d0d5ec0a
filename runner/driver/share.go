package driver

// A Share of the machine is what one runtime takes while it is open.
type Share struct {
	Seats  int   // of three: a lab host has one, and a cluster, whose start alone keeps two cores busy, two
	Memory int64 // bytes
}
