package bot

import (
	"fmt"
	"slices"
	"strings"

	"summitbot/kb"
)

// parties are the sides of which demands are told.
func (b *Bot) parties() []ref {
	return b.sides(func(side string) bool {
		return slices.ContainsFunc(b.base.Demands, func(d kb.Demand) bool { return d.Party == side })
	})
}

// demands lists what one party or several want.
func (b *Bot) demands(c call) Reply {
	parties := b.parties()
	if len(parties) == 0 {
		return b.without("The source tells of no demands.")
	}
	if len(c.found) == 0 && len(c.lost) > 0 {
		return b.nothing(c, "The source tells of no demands of that party.", parties)
	}
	if len(c.found) == 0 {
		r := Reply{Title: "Demands", Text: "What each side demands, wants or fears. Pick one.", Choices: b.offers("demands", parties)}
		return paged(b, c, r, parties, func(p ref) (Item, []int) {
			var titles []string
			var cited []int
			for _, d := range b.base.Demands {
				if d.Party == p.id {
					titles, cited = append(titles, d.Title), append(cited, d.Paragraphs...)
				}
			}
			text := strings.Join(titles[:min(len(titles), 3)], "; ")
			if more := len(titles) - 3; more > 0 {
				text += fmt.Sprintf("; and %d more", more)
			}
			return Item{b.names.label[p], text}, cited
		})
	}
	// A person stands for his or her side.
	var sides []ref
	for _, x := range c.all() {
		if p, ok := b.base.Person(x.id); ok && x.kind == kindPerson && p.Side != "" {
			x = ref{kindSide, p.Side}
		}
		if x.kind == kindSide && !slices.Contains(sides, x) {
			sides = append(sides, x)
		}
	}
	dates := slices.Concat(c.of(kindDate)...)
	if len(sides) == 0 && len(dates) == 0 {
		return b.nothing(c, "The source tells of no demands of that party.", parties)
	}
	var demands []kb.Demand
	for _, d := range b.base.Demands {
		since := slices.ContainsFunc(dates, func(x ref) bool {
			// Asked for a year, it may be told since a month of it, and the other way round.
			return d.Since != "" && (strings.HasPrefix(x.id, d.Since) || strings.HasPrefix(d.Since, x.id))
		})
		if (len(sides) == 0 || slices.Contains(sides, ref{kindSide, d.Party})) && (len(dates) == 0 || since) {
			demands = append(demands, d)
		}
	}
	if len(demands) == 0 {
		return b.nothing(c, "The source tells of no such demands.", parties)
	}
	r := Reply{Title: "Demands"}
	if len(sides) > 0 {
		r.Title += ": " + b.list(sides)
	}
	for _, p := range parties {
		if !slices.Contains(sides, p) && len(r.Choices) < maxChoices {
			r.Choices = append(r.Choices, b.offer("demands", b.names.label[p], p))
		}
	}
	several := len(sides) != 1
	return paged(b, c, r, demands, func(d kb.Demand) (Item, []int) {
		label := d.Title
		if several {
			label = b.names.label[ref{kindSide, d.Party}] + ": " + label
		}
		if d.Since != "" {
			label += " (" + d.Since + ")"
		}
		return Item{label, d.Text}, d.Paragraphs
	})
}
