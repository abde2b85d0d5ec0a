package labs

import "github.com/dnslab/dnslab/results"

// Listing is the catalogue as "dnslab list --json" shows it.
func Listing(all []Lab) results.List {
	list := results.List{Schema: results.ListSchema}
	for _, l := range all {
		listed := results.ListedLab{Name: l.Name, Story: l.Story, Manual: l.Manual}
		for _, n := range l.Needs {
			listed.Needs = append(listed.Needs, string(n))
		}
		for _, c := range l.Claims {
			claim := results.ListedClaim{Claim: c.ID, Says: c.Says, Engines: c.Engines()}
			for _, cs := range c.Cases {
				claim.Cases = append(claim.Cases, results.ListedCase{
					When: cs.When.String(), Expected: cs.Expect.String(), Because: cs.Because, Sources: cs.Sources,
				})
			}
			listed.Claims = append(listed.Claims, claim)
		}
		list.Labs = append(list.Labs, listed)
	}
	return list
}
