package bot

import (
	"slices"

	"summitbot/kb"
	"summitbot/kb/match"
)

// people are those who are somebody to ask about.
func (b *Bot) people() []ref {
	var out []ref
	for _, p := range b.base.People {
		out = append(out, ref{kindPerson, p.ID})
	}
	return out
}

// who introduces a person, or lists several.
func (b *Bot) who(c call) Reply {
	if len(b.base.People) == 0 {
		return b.without("The source names nobody.")
	}
	if len(c.found) == 0 && len(c.lost) > 0 {
		// No name and nobody's description: perhaps an answer tells it. An overview is what "who is" alone would find.
		if r := b.index.Match(match.Query{Text: "Who is " + c.text + "?"}); r.Outcome == match.Answer && len(c.lost) > 1 {
			if e := b.at(r.Best[0]); e.Class == kb.Told && !slices.Contains(b.overview, e) {
				return b.decided(r)
			}
		}
		return b.nothing(c, "The source names nobody like that, or I did not get the name.", b.people())
	}
	people := b.asked(c)
	switch len(people) {
	case 0:
		return b.nothing(c, "The source names nobody of that side.", b.people())
	case 1:
		return b.person(people[0])
	}
	r := Reply{Title: "Who is who", Text: plural(len(people), "person", "people") + ". Pick one, or give a name."}
	part, _, _ := onePage(people, c.page)
	for _, p := range part {
		r.Choices = append(r.Choices, b.offer("who", p.Name, ref{kindPerson, p.ID}))
	}
	return paged(b, c, r, people, func(p *kb.Person) (Item, []int) { return Item{p.Name, p.Role}, p.Paragraphs })
}

// asked lists the people who are asked for: by name or description, or all of a side, or all. Several who have the name are
// narrowed by their side where one is given too ("ambassador of Norda"), and by all the words together ("ambassador to Suda").
func (b *Bot) asked(c call) []*kb.Person {
	r := c.reading
	named, sides := slices.Concat(r.of(kindPerson)...), slices.Concat(r.of(kindSide)...)
	pick := func(fit func(self, side ref) bool) []*kb.Person {
		var out []*kb.Person
		for i := range b.base.People {
			if p := &b.base.People[i]; fit(ref{kindPerson, p.ID}, ref{kindSide, p.Side}) {
				out = append(out, p)
			}
		}
		return out
	}
	out := pick(func(self, side ref) bool {
		return (len(named) == 0 || slices.Contains(named, self)) && (len(sides) == 0 || slices.Contains(sides, side))
	})
	if len(out) == 0 {
		out = pick(func(self, _ ref) bool { return slices.Contains(named, self) })
	}
	ws := slices.DeleteFunc(words(c.text), func(w string) bool { return slices.Contains(passed, w) })
	described := partly(b.names.roles, ws, b.people(), alike)
	if both := pick(func(self, _ ref) bool { return slices.Contains(named, self) && slices.Contains(described, self) }); len(both) > 0 {
		out = both
	}
	return out
}

// person introduces one.
func (b *Bot) person(p *kb.Person) Reply {
	self := ref{kindPerson, p.ID}
	r := Reply{Kind: KindAnswer, Title: p.Name, Text: p.Summary}
	if p.Role != "" {
		r.Title += ", " + p.Role
	}
	if r.Text == "" {
		r.Text = p.Name + " is named in the source."
	}
	b.cite(&r, p.Paragraphs)
	if n := len(b.said(self)); n > 0 {
		r.Choices = append(r.Choices, b.offer("quotes", "What "+p.Name+" said", self))
	}
	for i := range b.base.Events {
		if slices.Contains(b.base.Events[i].People, p.ID) {
			r.Choices = append(r.Choices, b.offer("timeline", "Timeline of "+p.Name, self))
			break
		}
	}
	for i := range b.base.Delegations {
		if hasMember(&b.base.Delegations[i], p.ID) {
			r.Choices = append(r.Choices, b.offer("delegation", "Delegations with "+p.Name, self))
			break
		}
	}
	r.Choices = append(r.Choices, b.entriesOn(self, maxChoices-len(r.Choices))...)
	return r
}

// entriesOn offers the entries whose question names a thing, those first that name fewest others of its kind.
func (b *Bot) entriesOn(r ref, most int) []Choice {
	var entries []*kb.Entry
	others := map[*kb.Entry]int{}
	for i := range b.base.Entries {
		e := &b.base.Entries[i]
		if e.Class != kb.Told {
			continue
		}
		if m := b.names.mentioned(e.Question, r.kind); slices.Contains(m, r) {
			entries, others[e] = append(entries, e), len(m)
		}
	}
	slices.SortStableFunc(entries, func(x, y *kb.Entry) int { return others[x] - others[y] })
	var out []Choice
	for _, e := range entries[:min(len(entries), most)] {
		out = append(out, choiceOf(e))
	}
	return out
}
