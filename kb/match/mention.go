package match

// A Mention is somebody or something that a text names.
type Mention struct {
	ID   string // of the Name
	Kind NameKind
	Role bool // by a description, not by name
}

// Mentions lists what a text names, in its order, misspelt names as well.
func (ix *Index) Mentions(text string) []Mention {
	w := ix.pool.Get().(*work)
	defer ix.pool.Put(w)
	ix.analyser.read(text, w)
	var out []Mention
	for _, m := range w.mentions {
		n := &ix.analyser.names.list[m.name]
		out = append(out, Mention{n.ID, n.Kind, m.role})
	}
	return out
}
