package bot

import (
	"fmt"
	"slices"
	"strings"

	"summitbot/kb"
)

func hasMember(d *kb.Delegation, person string) bool {
	return d.LedBy == person || slices.ContainsFunc(d.Members, func(m kb.Member) bool { return m.Person == person })
}

// delegating are the sides of which a delegation is told.
func (b *Bot) delegating() []ref {
	return b.sides(func(side string) bool {
		return slices.ContainsFunc(b.base.Delegations, func(d kb.Delegation) bool { return d.Side == side })
	})
}

// meetings are the events of which delegations are told: the coming one, and then from the latest to the first.
func (b *Bot) meetings() []ref {
	var out []ref
	for _, e := range slices.Backward(b.base.Events) {
		if slices.ContainsFunc(b.base.Delegations, func(d kb.Delegation) bool { return d.Event == e.ID }) {
			out = append(out, ref{kindEvent, e.ID})
		}
	}
	// Of several that are yet to come, the next.
	for i, r := range slices.Backward(out) {
		if e, _ := b.base.Event(r.id); e.Start.Compare(b.base.Source.AsOf) >= 0 {
			return slices.Concat(out[i:i+1], out[:i], out[i+1:])
		}
	}
	return out
}

// delegation shows the teams at one meeting, side by side: that which was asked for, or the coming or latest one.
func (b *Bot) delegation(c call) Reply {
	meetings := b.meetings()
	if len(meetings) == 0 {
		return b.without("The source tells of no delegations.")
	}
	if len(c.found) == 0 && len(c.lost) > 0 {
		return b.nothing(c, "The source tells of no such delegation.", meetings)
	}
	// What is asked for may be at several meetings; of them the first is shown and the others are offered.
	where := reading{found: slices.DeleteFunc(slices.Clone(c.found), func(g []ref) bool { return g[0].kind == kindSide || g[0].kind == kindPerson })}
	var at []ref
	for _, m := range meetings {
		if e, _ := b.base.Event(m.id); b.fits(e, where) && len(b.teams(m, c.reading)) > 0 {
			at = append(at, m)
		}
	}
	if len(at) == 0 {
		r := b.nothing(c, "The source tells of no such delegation.", meetings)
		if sides := c.of(kindSide); len(sides) > 0 && len(where.found) > 0 {
			r.Choices = append(b.offers("delegation", sides[0][:1]), r.Choices[:min(len(r.Choices), maxChoices-1)]...)
		}
		return r
	}
	e, _ := b.base.Event(at[0].id)
	r := Reply{Kind: KindAnswer, Title: "Delegations: " + e.Title}
	var text []string
	if len(where.found) == 0 && at[0] != meetings[0] {
		text = append(text, "Nothing like that is told of "+quoted(b.names.label[meetings[0]])+"; this is from another meeting.")
	}
	text = append(text, strings.TrimSpace(capital(e.When())+placed(b.names.label[ref{kindPlace, e.Place}])))
	var cited []int
	for _, d := range b.teams(at[0], c.reading) {
		r.Fields = append(r.Fields, Field{b.names.label[ref{kindSide, d.Side}], b.members(d)})
		text = append(text, d.Summary)
		cited = append(cited, d.Paragraphs...)
	}
	r.Text = strings.Join(slices.DeleteFunc(text, func(s string) bool { return s == "" }), "\n\n")
	b.cite(&r, cited)
	sides := slices.Concat(c.of(kindSide)...)
	if len(r.Fields) < len(b.teams(at[0], reading{})) {
		r.Choices = append(r.Choices, b.offer("delegation", "All sides", at[0]))
	}
	others := at[1:]
	if len(others) == 0 {
		others = slices.DeleteFunc(slices.Clone(meetings), func(m ref) bool { return m == at[0] })
		sides = nil
	}
	for _, m := range others[:min(len(others), maxChoices-len(r.Choices))] {
		r.Choices = append(r.Choices, b.offer("delegation", b.names.label[m], append([]ref{m}, sides...)...))
	}
	return r
}

func placed(place string) string {
	if place == "" {
		return ""
	}
	return ", " + place
}

// teams lists the delegations at a meeting, those of the sides and with the people that are asked for, in the order of the
// knowledge base's sides.
func (b *Bot) teams(meeting ref, r reading) []*kb.Delegation {
	sides, people := slices.Concat(r.of(kindSide)...), r.of(kindPerson)
	var out []*kb.Delegation
	for i := range b.base.Delegations {
		d := &b.base.Delegations[i]
		fit := d.Event == meeting.id && (len(sides) == 0 || slices.Contains(sides, ref{kindSide, d.Side}))
		for _, g := range people {
			fit = fit && slices.ContainsFunc(g, func(p ref) bool { return hasMember(d, p.id) })
		}
		if fit {
			out = append(out, d)
		}
	}
	place := func(d *kb.Delegation) int {
		return slices.IndexFunc(b.base.Sides, func(s kb.Side) bool { return s.ID == d.Side })
	}
	slices.SortStableFunc(out, func(x, y *kb.Delegation) int { return place(x) - place(y) })
	return out
}

// members writes a delegation's members, a line each: who leads it, the others, those without a name by their role.
func (b *Bot) members(d *kb.Delegation) string {
	var lines []string
	add := func(id, role, more string) {
		p, ok := b.base.Person(id)
		line := capital(role)
		switch {
		case ok && role == "":
			role = p.Role
			fallthrough
		case ok:
			line = p.Name
			if role != "" {
				line += ", " + role
			}
		}
		if line != "" {
			lines = append(lines, line+more)
		}
	}
	if d.LedBy != "" {
		role := ""
		for _, m := range d.Members {
			if m.Person == d.LedBy {
				role = m.Role
			}
		}
		add(d.LedBy, role, " (leads)")
	}
	for _, m := range d.Members {
		if m.Person == "" || m.Person != d.LedBy {
			add(m.Person, m.Role, "")
		}
	}
	if d.Size > 0 {
		lines = append(lines, fmt.Sprintf("%d in all", d.Size))
	}
	if len(lines) == 0 {
		return "Nobody is named."
	}
	return strings.Join(lines, "\n")
}
