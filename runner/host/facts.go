package host

// Facts are what the engine on the host does not tell of itself: "netns", of
// a rootless Docker.
func (h *Host) Facts() map[string]string {
	facts := map[string]string{}
	if h.Netns != "" {
		facts["netns"] = h.Netns
	}
	return facts
}
