package kb

import "summitbot/kb/match"

// Corpus is the knowledge base as the matcher sees it.
func (b *Base) Corpus() *match.Corpus {
	c := &match.Corpus{AsOf: [3]int{b.Source.AsOf.Year, b.Source.AsOf.Month, b.Source.AsOf.Day}}
	for i := range b.Entries {
		e := &b.Entries[i]
		m := match.Entry{ID: e.ID, Class: match.Class(e.Class), Question: e.Question, Text: e.Answer, About: e.About}
		for _, p := range e.Asked {
			m.Asked = append(m.Asked, p.Text)
		}
		for _, t := range e.Tells {
			if k, ok := match.ParseKind(t); ok {
				m.Tells |= match.Of(k)
			}
		}
		c.Entries = append(c.Entries, m)
	}
	c.FollowUps = b.beside()
	for _, f := range b.FollowUps {
		m := match.FollowUp{After: f.After, Entry: f.Entry}
		for _, p := range f.Asked {
			m.Asked = append(m.Asked, p.Text)
		}
		c.FollowUps = append(c.FollowUps, m)
	}
	add := func(id string, kind match.NameKind, roles []string, names ...[]string) {
		n := match.Name{ID: id, Kind: kind, Roles: roles}
		for _, list := range names {
			n.Names = append(n.Names, list...)
		}
		c.Names = append(c.Names, n)
	}
	for _, p := range b.People {
		add(p.ID, match.Person, p.KnownAs, []string{p.Name}, p.Aliases, p.Misspelt)
	}
	for _, p := range b.Places {
		add(p.ID, match.Place, nil, []string{p.Name}, p.Aliases, p.Misspelt)
	}
	for _, s := range b.Sides {
		add("side-"+s.ID, match.Side, nil, []string{s.Name}, s.Aliases)
	}
	for _, t := range b.Things {
		add("thing-"+t.ID, match.Thing, nil, []string{t.Name}, t.Aliases, t.Misspelt)
	}
	for _, e := range b.Events {
		add("event-"+e.ID, match.Event, e.Aliases, []string{e.Title})
	}
	c.Elsewhere = append(append(append(c.Elsewhere, b.Elsewhere.People...), b.Elsewhere.Places...), b.Elsewhere.Organisations...)
	return c
}

// beside lists the entries that belong after one another because of what they offer: whoever was told one may ask for
// another that it offers or that offers it, and for what a group of what is not told names as what is told.
func (b *Base) beside() []match.FollowUp {
	var out []match.FollowUp
	for i := range b.Entries {
		e := &b.Entries[i]
		for _, id := range e.Related {
			other, ok := b.Entry(id)
			if !ok || other.Class == Talk || e.Class == Talk {
				continue
			}
			out = append(out, match.FollowUp{After: id, Entry: e.ID})
			if e.Class == Told && other.Class == Told {
				out = append(out, match.FollowUp{After: e.ID, Entry: id})
			}
		}
	}
	return out
}
