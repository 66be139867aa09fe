package bot

import (
	"slices"
	"strings"

	"summitbot/kb"
)

// speakers are those of whom something is quoted: the people first, those quoted most first.
func (b *Bot) speakers() []ref {
	count := map[ref]int{}
	var out []ref
	for i := range b.base.Quotes {
		r := speakerOf(&b.base.Quotes[i])
		if _, ok := b.names.label[r]; !ok {
			continue
		}
		if count[r] == 0 {
			out = append(out, r)
		}
		count[r]++
	}
	slices.SortStableFunc(out, func(x, y ref) int {
		if (x.kind == kindPerson) != (y.kind == kindPerson) {
			if x.kind == kindPerson {
				return -1
			}
			return 1
		}
		return count[y] - count[x]
	})
	return out
}

// voices are the speakers, and then those that they spoke to.
func (b *Bot) voices() []ref {
	out := b.speakers()
	for _, r := range ofKind(b.names.refs, kindSpeaker) {
		if !slices.Contains(out, r) {
			out = append(out, r)
		}
	}
	return out
}

func speakerOf(q *kb.Quote) ref {
	if q.Speaker != "" {
		return ref{kindPerson, q.Speaker}
	}
	return ref{kindSpeaker, q.SpeakerText}
}

// said lists the quotes by somebody: a person, a side's people and voices, or whoever is quoted without a name, or was
// spoken to.
func (b *Bot) said(x ref) []*kb.Quote {
	var out []*kb.Quote
	for i := range b.base.Quotes {
		q := &b.base.Quotes[i]
		by := speakerOf(q) == x || x.kind == kindSpeaker && q.To == x.id
		if x.kind == kindSide {
			p, ok := b.base.Person(q.Speaker)
			by = ok && p.Side == x.id || !ok && slices.Contains(b.names.mentioned(q.SpeakerText, kindSide), x)
		}
		if by {
			out = append(out, q)
		}
	}
	return out
}

// quotes lists who said what. Of two names one may be whom it is about; if somebody said nothing, what was said about them
// is listed.
func (b *Bot) quotes(c call) Reply {
	speakers := b.speakers()
	if len(b.base.Quotes) == 0 {
		return b.without("The source quotes nobody.")
	}
	if len(c.found) == 0 && len(c.lost) > 0 {
		return b.nothing(c, "The source quotes nobody of that name.", speakers)
	}
	if len(c.found) == 0 {
		r := Reply{Title: "Quotes", Text: "Who is quoted. Pick one, or give a name."}
		part, _, _ := onePage(speakers, c.page)
		for _, s := range part {
			r.Choices = append(r.Choices, b.offer("quotes", b.names.label[s], s))
		}
		return paged(b, c, r, speakers, func(s ref) (Item, []int) {
			said := b.said(s)
			var cited []int
			for _, q := range said {
				cited = append(cited, q.Paragraphs...)
			}
			return Item{b.names.label[s], plural(len(said), "quote", "quotes")}, cited
		})
	}
	by := func(q *kb.Quote, g []ref) bool {
		return slices.ContainsFunc(g, func(x ref) bool { return slices.Contains(b.said(x), q) })
	}
	about := func(q *kb.Quote, g []ref) bool {
		return slices.ContainsFunc(g, func(x ref) bool { return slices.Contains(q.About, x.id) })
	}
	var said, both, on []*kb.Quote
	for i := range b.base.Quotes {
		q := &b.base.Quotes[i]
		spoke, fits, topic := false, true, true
		for _, g := range c.found {
			isBy, isAbout := by(q, g), about(q, g)
			spoke, fits, topic = spoke || isBy, fits && (isBy || isAbout), topic && isAbout
		}
		if spoke {
			said = append(said, q)
		}
		if spoke && fits {
			both = append(both, q)
		}
		if topic {
			on = append(on, q)
		}
	}
	r := Reply{Title: "Quotes: " + b.list(c.all())}
	list := both
	if len(c.found) == 1 || len(list) == 0 {
		list = said
	}
	if len(list) == 0 && len(on) > 0 {
		list = on
		r.Title, r.Text = "Quotes about "+b.list(c.all()), "The source does not quote them. This is what others say about them."
	}
	if len(list) == 0 {
		return b.nothing(c, "The source quotes nothing by or about them.", speakers)
	}
	for _, s := range speakers {
		if !slices.Contains(c.all(), s) && len(r.Choices) < maxChoices {
			r.Choices = append(r.Choices, b.offer("quotes", b.names.label[s], s))
		}
	}
	// Where the one who was asked for speaks all the time, the name need not stand before each.
	alone := !slices.ContainsFunc(list, func(q *kb.Quote) bool { return !slices.Equal(c.all(), []ref{speakerOf(q)}) })
	return paged(b, c, r, list, func(q *kb.Quote) (Item, []int) { return Item{b.occasion(q, !alone), q.Says}, q.Paragraphs })
}

// occasion says who spoke, to whom and when. Without the speaker there may be nothing else: then it is the words themselves.
func (b *Bot) occasion(q *kb.Quote, speaker bool) string {
	var parts []string
	name := b.names.label[speakerOf(q)]
	if speaker && name != "" {
		parts = append(parts, name)
	}
	if q.To != "" && !strings.Contains(q.SpeakerText, q.To) {
		parts = append(parts, "to "+q.To)
	}
	if when := q.When.String(); when != "" {
		parts = append(parts, when)
	}
	switch {
	case len(parts) > 0:
		return capital(strings.Join(parts, ", "))
	case q.Words != "":
		return quoted(q.Words)
	}
	return name
}
