package bot

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"summitbot/kb"
	"summitbot/kb/match"
)

// Limits of what one reply lists.
const (
	pageSize   = 8 // items
	maxChoices = 6
)

// paged puts one page of a list into a reply: its items, the citation of just these, and the buttons to the other pages.
func paged[T any](b *Bot, c call, r Reply, all []T, item func(T) (Item, []int)) Reply {
	part, page, pages := onePage(all, c.page)
	var cited []int
	for _, x := range part {
		i, paragraphs := item(x)
		r.Items = append(r.Items, i)
		cited = append(cited, paragraphs...)
	}
	r.Kind = KindAnswer
	b.cite(&r, cited)
	turn(&r, c, page, pages)
	return r
}

// onePage cuts out a page of a list. Past the end it is the last.
func onePage[T any](all []T, page int) (part []T, at, of int) {
	of = max(1, (len(all)+pageSize-1)/pageSize)
	at = min(max(page, 1), of)
	return all[min((at-1)*pageSize, len(all)):min(at*pageSize, len(all))], at, of
}

// turn numbers the page and adds the buttons to those beside it.
func turn(r *Reply, c call, page, pages int) {
	if pages < 2 {
		return
	}
	r.Page, r.Pages = page, pages
	if page > 1 {
		r.More = append(r.More, Choice{"← Back", action(c.command.Name, c.found, page-1)})
	}
	if page < pages {
		r.More = append(r.More, Choice{"More →", action(c.command.Name, c.found, page+1)})
	}
}

// offer makes the choice that runs a command for one thing.
func (b *Bot) offer(command, label string, about ...ref) Choice {
	return Choice{label, action(command, one(about...), 1)}
}

// offers makes a choice for each of a few things, under their names.
func (b *Bot) offers(command string, refs []ref) []Choice {
	var out []Choice
	for _, r := range refs[:min(len(refs), maxChoices)] {
		out = append(out, b.offer(command, b.names.label[r], r))
	}
	return out
}

// nothing says that nothing fits, and offers what may have been meant: entries that the matcher finds, and things of names
// that are near.
func (b *Bot) nothing(c call, text string, from []ref) Reply {
	r := Reply{Kind: KindNoAnswer, Text: text + " Perhaps you meant one of these."}
	if m := b.index.Match(match.Query{Text: c.text}); m.Outcome != match.NoAnswer && len(c.lost) > 0 {
		for _, x := range m.Best {
			if e := b.at(x); e.Class == kb.Told && len(r.Choices) < maxChoices/2 {
				r.Choices = append(r.Choices, choiceOf(e))
			}
		}
	}
	r.Choices = append(r.Choices, b.offers(c.command.Name, b.names.near(c.lost, from, maxChoices-len(r.Choices)))...)
	b.cite(&r, nil)
	return r
}

// without is the reply to a command for which the knowledge base has nothing at all.
func (b *Bot) without(text string) Reply {
	return Reply{Kind: KindNotice, Text: text + " Pick a topic, or just ask.", Choices: b.topicChoices(maxChoices)}
}

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

// list writes the names of things one after another.
func (b *Bot) list(refs []ref) string {
	var out []string
	for _, r := range refs {
		out = append(out, b.names.label[r])
	}
	return strings.Join(out, ", ")
}

func hasMember(d *kb.Delegation, person string) bool {
	return d.LedBy == person || slices.ContainsFunc(d.Members, func(m kb.Member) bool { return m.Person == person })
}

// delegating are the sides of which a delegation is told.
func (b *Bot) delegating() []ref {
	return b.sides(func(side string) bool {
		return slices.ContainsFunc(b.base.Delegations, func(d kb.Delegation) bool { return d.Side == side })
	})
}

func (b *Bot) sides(fit func(string) bool) []ref {
	var out []ref
	for _, s := range b.base.Sides {
		if fit(s.ID) {
			out = append(out, ref{kindSide, s.ID})
		}
	}
	return out
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

func quoted(s string) string { return "“" + s + "”" }

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

func plural(n int, one, many string) string {
	if n == 1 {
		return "1 " + one
	}
	return fmt.Sprintf("%d %s", n, many)
}

// topicRefs are the groups of entries.
func (b *Bot) topicRefs() []ref {
	return ofKind(b.names.refs, kindTopic)
}

func (b *Bot) topicChoices(most int) []Choice {
	refs := b.topicRefs()
	return b.offers("topics", refs[:min(len(refs), most)])
}

// topics lists what can be asked about, or one topic's questions as choices.
func (b *Bot) topics(c call) Reply {
	if len(c.found) == 0 && len(c.lost) > 0 {
		return b.nothing(c, "There is no topic of that name.", b.topicRefs())
	}
	if len(c.found) == 0 {
		topics := b.topicRefs()
		r := Reply{Title: "Topics", Text: "What you can ask about. Pick a topic, or just ask."}
		part, _, _ := onePage(topics, c.page)
		for _, t := range part {
			r.Choices = append(r.Choices, b.offer("topics", b.names.label[t], t))
		}
		return paged(b, c, r, topics, func(t ref) (Item, []int) {
			entries := b.entriesOf(t)
			return Item{b.names.label[t], plural(len(entries), "question", "questions") + ", such as: " + entries[0].Question}, nil
		})
	}
	var entries []*kb.Entry
	for _, t := range c.all() {
		entries = append(entries, b.entriesOf(t)...)
	}
	part, page, pages := onePage(entries, c.page)
	r := Reply{Kind: KindAnswer, Title: "Topic: " + b.list(c.all()), Text: plural(len(entries), "question", "questions") + ". Pick one, or ask in your own words."}
	for _, e := range part {
		r.Choices = append(r.Choices, choiceOf(e))
	}
	b.cite(&r, nil)
	turn(&r, c, page, pages)
	return r
}

func (b *Bot) entriesOf(topic ref) []*kb.Entry {
	var out []*kb.Entry
	for i := range b.base.Entries {
		if e := &b.base.Entries[i]; e.Class == kb.Told && e.Topic == topic.id {
			out = append(out, e)
		}
	}
	return out
}

// overviews lists the entries that tell the whole of something before anything else: first the one that somebody gets who
// asks what it is all about, then the others of its topic.
func (b *Bot) overviews() []*kb.Entry {
	var out []*kb.Entry
	for i := range b.base.Entries {
		e := &b.base.Entries[i]
		if e.Class == kb.Told && len(e.Tells) > 0 && e.Tells[0] == match.Overview.String() {
			out = append(out, e)
		}
	}
	if len(out) == 0 {
		return nil
	}
	lead := out[0]
	for _, x := range b.index.Match(match.Query{Text: "What is this all about, in short? " + b.base.Source.About}).Best {
		if e := b.at(x); slices.Contains(out, e) {
			lead = e
			break
		}
	}
	slices.SortStableFunc(out, func(x, y *kb.Entry) int {
		return cmp.Or(order(x == lead, y == lead), order(x.Topic == lead.Topic, y.Topic == lead.Topic))
	})
	return out
}

// maxSummary is how many overviews make the summary.
const maxSummary = 3

// summary tells it all in short, in the overviews of the main topic. Those of the other topics are offered.
func (b *Bot) summary(call) Reply {
	if len(b.overview) == 0 {
		return b.without("There is no summary.")
	}
	r := Reply{Kind: KindAnswer, Title: "Summary"}
	var text []string
	var cited []int
	for _, e := range b.overview {
		if e.Topic == b.overview[0].Topic && len(text) < maxSummary {
			text, cited = append(text, e.Answer), append(cited, e.Paragraphs...)
		}
	}
	r.Text = strings.Join(text, "\n\n")
	r.Choices = b.starters(maxChoices + 1)[1:]
	b.cite(&r, cited)
	return r
}

// order puts what is so before what is not.
func order(x, y bool) int {
	switch {
	case x == y:
		return 0
	case x:
		return -1
	}
	return 1
}

// starters are questions to begin with: an overview or the first entry of each topic, the main topic first.
func (b *Bot) starters(most int) []Choice {
	var out []Choice
	seen := map[string]bool{}
	take := func(e *kb.Entry) {
		if !seen[e.Topic] && len(out) < most {
			seen[e.Topic] = true
			out = append(out, choiceOf(e))
		}
	}
	for _, e := range b.overview {
		take(e)
	}
	for i := range b.base.Entries {
		if e := &b.base.Entries[i]; e.Class == kb.Told {
			take(e)
		}
	}
	return out
}
