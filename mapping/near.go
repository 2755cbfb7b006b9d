package mapping

// Near finds the host of the mapping that a host without an entry may have been
// meant for: the same with another port, or one that is a slip of the fingers
// away.
func (m *Mapping) Near(host Host) (near Host, found bool) {
	name, _, _ := splitPort(string(host))
	distance := 3 // two slips at most
	for _, candidate := range m.Hosts() {
		candidateName, _, _ := splitPort(string(candidate))
		d := editDistance(string(host), string(candidate))
		if candidateName == name {
			d = min(d, 1)
		}
		if d < distance {
			near, distance = candidate, d
		}
	}
	return near, near != ""
}
