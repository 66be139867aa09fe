package bot

import (
	"cmp"
	"slices"

	"summitbot/kb"
)

// times are what a timeline can be narrowed to: the years, what events are about, where they were, who was there, the months.
func (b *Bot) times() []ref {
	var years, subjects, places, people, months []ref
	note := func(list *[]ref, r ref) {
		if _, ok := b.names.label[r]; ok && !slices.Contains(*list, r) {
			*list = append(*list, r)
		}
	}
	for _, e := range b.base.Events {
		for _, d := range []kb.Date{e.Start, e.End} {
			note(&years, dateRef(kb.Date{Year: d.Year}))
			if d.Month > 0 {
				note(&months, dateRef(kb.Date{Year: d.Year, Month: d.Month}))
			}
		}
		for _, t := range e.Topics {
			note(&subjects, ref{kindSubject, t})
		}
		note(&places, ref{kindPlace, e.Place})
		for _, p := range e.People {
			note(&people, ref{kindPerson, p})
		}
	}
	return slices.Concat(years, subjects, places, people, months)
}

// timeline lists events, in the order of time: all, or those that fit.
func (b *Bot) timeline(c call) Reply {
	if len(b.base.Events) == 0 {
		return b.without("The source dates no events.")
	}
	if len(c.found) == 0 && len(c.lost) > 0 {
		return b.nothing(c, "The source dates nothing like that.", b.times())
	}
	var events []*kb.Event
	for i := range b.base.Events {
		if b.fits(&b.base.Events[i], c.reading) {
			events = append(events, &b.base.Events[i])
		}
	}
	r := Reply{Title: "Timeline"}
	if len(c.found) == 0 {
		r.Choices = b.offers("timeline", b.times())
		return paged(b, c, r, events, func(e *kb.Event) (Item, []int) { return Item{when(e), e.Title}, e.Paragraphs })
	}
	switch len(events) {
	case 0:
		return b.nothing(c, "The source dates nothing that fits all of it.", slices.Concat(b.dated(c.all()), b.times()))
	case 1:
		return b.event(events[0])
	}
	r.Title += ": " + b.list(c.all())
	return paged(b, c, r, events, func(e *kb.Event) (Item, []int) {
		return Item{when(e), cmp.Or(e.Summary, e.Title)}, e.Paragraphs
	})
}

func when(e *kb.Event) string { return cmp.Or(e.When(), "No date") }

// dated keeps the things that some event has to do with.
func (b *Bot) dated(refs []ref) []ref {
	return slices.DeleteFunc(refs, func(r ref) bool {
		return !slices.ContainsFunc(b.base.Events, func(e kb.Event) bool { return b.touches(&e, r) })
	})
}

// event tells one.
func (b *Bot) event(e *kb.Event) Reply {
	r := Reply{Kind: KindAnswer, Title: e.Title, Text: e.Summary}
	b.cite(&r, e.Paragraphs)
	if when := e.When(); when != "" {
		r.Fields = append(r.Fields, Field{"When", when})
	}
	if where := b.names.label[ref{kindPlace, e.Place}]; where != "" {
		r.Fields = append(r.Fields, Field{"Where", where})
	}
	var people []ref
	for _, id := range e.People {
		if _, ok := b.base.Person(id); ok {
			people = append(people, ref{kindPerson, id})
		}
	}
	if len(people) > 0 {
		r.Fields = append(r.Fields, Field{"Who", b.list(people)})
	}
	for i := range b.base.Delegations {
		if b.base.Delegations[i].Event == e.ID {
			r.Choices = append(r.Choices, b.offer("delegation", "The delegations", ref{kindEvent, e.ID}))
			break
		}
	}
	r.Choices = append(r.Choices, b.offers("who", people)...)
	r.Choices = r.Choices[:min(len(r.Choices), maxChoices)]
	return r
}

// fits says whether an event is what was asked for. Names of one kind widen the search (2018, 2022); people and sides
// narrow it (those at which all took part), and so do names of different kinds.
func (b *Bot) fits(e *kb.Event, r reading) bool {
	for _, k := range []kind{kindDate, kindSubject, kindPlace, kindEvent, kindPerson, kindSide} {
		groups := r.of(k)
		some, all := len(groups) == 0, true
		for _, g := range groups {
			hit := slices.ContainsFunc(g, func(x ref) bool { return b.touches(e, x) })
			some, all = some || hit, all && hit
		}
		if narrows := k == kindPerson || k == kindSide; narrows && !all || !some {
			return false
		}
	}
	return true
}

// touches says whether an event has to do with one thing.
func (b *Bot) touches(e *kb.Event, x ref) bool {
	switch x.kind {
	case kindDate:
		return covers(e, x.date())
	case kindSubject:
		return slices.Contains(e.Topics, x.id)
	case kindPlace:
		return b.within(e.Place, x.id)
	case kindEvent:
		return e.ID == x.id
	case kindPerson:
		return slices.Contains(e.People, x.id)
	case kindSide:
		return slices.Contains(e.Sides, x.id)
	}
	return false
}

// within says whether a place is another or lies in it.
func (b *Bot) within(place, in string) bool {
	for range 10 { // a ring of places would never end
		if place == in || place == "" {
			return place != ""
		}
		i := slices.IndexFunc(b.base.Places, func(p kb.Place) bool { return p.ID == place })
		if i < 0 {
			return false
		}
		place = b.base.Places[i].In
	}
	return false
}

// covers says whether an event was on a date, or in a month or year, as far as its own date is told.
func covers(e *kb.Event, d kb.Date) bool {
	start, end := e.Start, e.End
	if start.IsZero() {
		return false
	}
	if end.IsZero() {
		end = start
	}
	if d.Year == 0 {
		for d.Year = start.Year; d.Year <= end.Year && d.Year < start.Year+maxYears; d.Year++ {
			if covers(e, d) {
				return true
			}
		}
		return false
	}
	from, fromKnown := cut(start, d)
	to, toKnown := cut(end, d)
	if fromKnown && toKnown {
		return from.Compare(d) <= 0 && d.Compare(to) <= 0
	}
	return fromKnown && from == d || toKnown && to == d
}

// cut brings a date to the precision of another, if it is as precise.
func cut(d, like kb.Date) (kb.Date, bool) {
	known := d.Month > 0 || like.Month == 0
	if like.Month == 0 {
		d.Month, d.Day = 0, 0
	}
	known = known && (d.Day > 0 || like.Day == 0)
	if like.Day == 0 {
		d.Day = 0
	}
	return d, known && d.Year > 0
}
