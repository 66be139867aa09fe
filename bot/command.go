package bot

import (
	"cmp"
	"context"
	"slices"
	"strings"
	"unicode/utf8"

	"summitbot/kb/match"
)

// A Command is something that users can call by its name. Slash menus, Telegram's menu, completion and /help are all made
// from the one table of them.
type Command struct {
	Name        string // without a slash: small ASCII letters
	Description string // at most 100 runes
	Local       map[string]Text
	Options     []Option
	Private     bool // it is about the bot: only whoever asked needs to see the reply

	also   []string // other words for it
	hidden bool     // it works, and no menu lists it
	empty  bool     // the knowledge base has nothing for it: as hidden
	kinds  []kind   // what its arguments may name, the first first
	filler []string // words that say nothing in its arguments
	most   int      // how many things they may name: maxFound, or more where they all stand on one page
	run    func(*Bot, call) Reply
}

// An Option is an argument of a Command. A user gives them in any order, or leaves them out; none is needed, since every
// command that is given none shows what there is to choose from.
type Option struct {
	Name        string
	Description string // at most 100 runes
	Local       map[string]Text
	Required    bool     // the command does nothing useful without it
	Values      []Choice // the only values, where they are few; Action is what to send
	Completes   bool     // Complete offers values while one is typed

	from func(*Bot) []ref // what it may name, the most useful first
}

// A Text is a name and a description in one language. Keys of Local are language tags without a region: "pt".
type Text struct {
	Name        string
	Description string
}

// A call is one run of a command.
type call struct {
	reading
	command *Command
	text    string // the arguments as they came
	page    int    // of the list, from 1
	message Message
}

// askName is the command that a text without a command is.
const askName = "ask"

// maxValues is how many fixed values menus can show; where there are more, the option completes instead.
const maxValues = 25

// commandTable declares the commands; what can be chosen comes from the knowledge base.
func (b *Bot) commandTable() []Command {
	all := []Command{
		{
			Name: askName, Description: "Ask a question in your own words",
			also:    []string{"question", "q"},
			Options: []Option{{Name: "question", Description: "The question, in your own words", Required: true, Completes: true}},
			run:     (*Bot).ask,
		},
		{
			Name: "summary", Description: "What it is all about, in short",
			also:  []string{"overview", "tldr", "short"},
			empty: len(b.overview) == 0,
			run:   (*Bot).summary,
		},
		{
			Name: "timeline", Description: "What happened when: all of it, one year, or one topic",
			also:    []string{"events", "history", "chronology", "dates", "when"},
			kinds:   []kind{kindDate, kindSubject, kindSide, kindPerson, kindPlace, kindEvent},
			filler:  []string{"timeline", "events", "event", "happened", "year", "month", "history", "since", "during"},
			Options: []Option{{Name: "about", Description: "A year, a topic, a place or a person", Completes: true, from: (*Bot).times}},
			run:     (*Bot).timeline,
		},
		{
			Name: "who", Description: "Who somebody is, and what part they play",
			also:    []string{"person", "people", "whois", "persons"},
			kinds:   []kind{kindPerson, kindSide},
			filler:  []string{"person", "people", "somebody", "name", "man", "woman", "guy"},
			most:    pageSize,
			Options: []Option{{Name: "person", Description: "A name, or what the person does", Completes: true, from: (*Bot).people}},
			run:     (*Bot).who,
		},
		{
			Name: "delegation", Description: "Who sits on each side of a meeting",
			also:   []string{"delegations", "team", "teams"},
			kinds:  []kind{kindSide, kindPerson, kindDate, kindPlace, kindEvent},
			filler: []string{"delegation", "delegations", "team", "teams", "meeting", "meetings", "talks", "side", "member", "members", "year"},
			Options: []Option{
				{Name: "side", Description: "Whose delegation; both sides if left out", from: (*Bot).delegating},
				{Name: "meeting", Description: "Which meeting; the coming or latest one if left out", Completes: true, from: (*Bot).meetings},
			},
			run: (*Bot).delegation,
		},
		{
			Name: "demands", Description: "What each side demands, wants or fears",
			also:    []string{"demand", "positions", "wants", "goals"},
			kinds:   []kind{kindSide, kindPerson, kindDate},
			filler:  []string{"demands", "demand", "want", "wants", "party", "side", "position", "positions", "since"},
			Options: []Option{{Name: "party", Description: "Whose demands", from: (*Bot).parties}},
			run:     (*Bot).demands,
		},
		{
			Name: "quotes", Description: "Who said what",
			also:    []string{"quote", "statements", "said"},
			kinds:   []kind{kindPerson, kindSpeaker, kindSide},
			filler:  []string{"quotes", "quote", "said", "say", "says", "statements", "words"},
			Options: []Option{{Name: "person", Description: "Who said it", Completes: true, from: (*Bot).voices}},
			run:     (*Bot).quotes,
		},
		{
			Name: "topics", Description: "What you can ask about",
			also:    []string{"topic", "questions", "subjects"},
			kinds:   []kind{kindTopic},
			filler:  []string{"topics", "topic", "questions"},
			Options: []Option{{Name: "topic", Description: "Which topic's questions", from: (*Bot).topicRefs}},
			run:     (*Bot).topics,
		},
		{
			Name: "sources", Description: "What the answers rest on, and how they cite it", Private: true,
			also: []string{"source", "citations", "article"},
			run:  (*Bot).sources,
		},
		{
			Name: "help", Description: "What the bot can do, and how to ask", Private: true,
			also: []string{"commands", "menu", "usage"},
			run:  (*Bot).help,
		},
		{
			Name: "about", Description: "What this bot is, and what it knows", Private: true,
			also: []string{"info", "version", "bot"},
			run:  (*Bot).about,
		},
		{
			Name: "privacy", Description: "What the bot keeps of what you write", Private: true,
			also: []string{"data", "gdpr"},
			run:  (*Bot).privacy,
		},
		{Name: "start", Description: "Say hello", Private: true, hidden: true, run: (*Bot).start},
	}
	for i := range all {
		c := &all[i]
		c.Local = localNames[c.Name]
		c.most = cmp.Or(c.most, maxFound)
		for j := range c.Options {
			o := &c.Options[j]
			o.Local = localNames[c.Name+" "+o.Name]
			if o.from == nil {
				continue
			}
			from := o.from(b)
			c.empty = c.empty || len(from) == 0
			o.Completes = o.Completes || len(from) > maxValues
			if o.Completes {
				continue
			}
			for _, r := range from {
				o.Values = append(o.Values, b.choose(r, c.kinds))
			}
		}
	}
	return all
}

// Commands lists the commands that menus and help show, in their order. A command for which the knowledge base has nothing
// is not among them. The lists are shared: they are only to be read.
func (b *Bot) Commands() []Command {
	var out []Command
	for _, c := range b.table {
		if !c.hidden && !c.empty {
			out = append(out, c)
		}
	}
	return out
}

// Usage writes a command as one types it: "/delegation [side] [meeting]".
func (c Command) Usage() string {
	s := "/" + c.Name
	for _, o := range c.Options {
		if o.Required {
			s += " <" + o.Name + ">"
		} else {
			s += " [" + o.Name + "]"
		}
	}
	return s
}

// command finds a command by its name, another word for it, or its name in another language.
func (b *Bot) command(name string) (*Command, bool) {
	name = strings.ToLower(strings.TrimPrefix(name, "/"))
	for i := range b.table {
		if b.table[i].Name == name {
			return &b.table[i], true
		}
	}
	for i := range b.table {
		c := &b.table[i]
		if slices.Contains(c.also, name) {
			return c, true
		}
		for _, t := range c.Local {
			if t.Name == name {
				return c, true
			}
		}
	}
	return nil, false
}

// run carries out a command that a user typed or picked.
func (b *Bot) run(ctx context.Context, m Message) Reply {
	c, ok := b.command(m.Command)
	if !ok {
		return b.unknownCommand(m)
	}
	args := strings.TrimSpace(m.Args)
	if utf8.RuneCountInString(args) > maxQuestion {
		return tooLong()
	}
	if c.Name == askName {
		if p, ok := b.pressed(m, args); ok {
			return b.act(ctx, p)
		}
	}
	return b.call(call{command: c, text: args, reading: b.read(args, c), page: 1, message: m})
}

// call runs a command whose arguments are understood, and says so if not all of them were. What it shows is what the
// conversation is about from then on: after /who somebody may ask what "he" said.
func (b *Bot) call(c call) Reply {
	r := c.command.run(b, c)
	if len(c.found) > 0 && r.Kind == KindAnswer {
		b.talks.set(c.message.Conversation, topic{before: r.Title, turns: []exchange{{asked: r.Title}}, choices: r.Choices, at: b.now()})
	} else {
		b.talks.offer(c.message.Conversation, r.Choices, b.now())
	}
	if len(c.found) > 0 && len(c.lost) > 0 && r.Kind == KindAnswer {
		r.Text = strings.TrimSpace("I did not understand all of that. This is what fits the rest.\n\n" + r.Text)
	}
	return r
}

// read finds what a command's arguments name. Values that completion and menus send are taken as they are.
func (b *Bot) read(args string, c *Command) reading {
	var r reading
	var rest []string
	for _, field := range strings.Fields(clipRunes(args, maxArgs)) {
		if x, ok := b.parseRef(field); ok && slices.Contains(c.kinds, x.kind) {
			r.take([]ref{x}, c.most)
			continue
		}
		rest = append(rest, field)
	}
	typed := b.names.read(strings.Join(rest, " "), c.kinds, c.filler, c.most)
	for _, g := range typed.found {
		r.take(g, c.most)
	}
	r.lost = typed.lost
	return r
}

func (b *Bot) unknownCommand(m Message) Reply {
	r := Reply{Kind: KindNotice, Text: "There is no command of that name."}
	who, _ := b.command("who")
	if c, ok := b.nearestCommand(m.Command); ok {
		r.Text += " Did you mean /" + c.Name + "?"
		r.Choices = append(r.Choices, Choice{c.Usage(), action(c.Name, b.read(m.Args, c).found, 1)})
	} else if people := b.read(m.Command, who).of(kindPerson); len(people) > 0 {
		r.Text += " Did you mean /who?"
		r.Choices = b.offers("who", people[0])
	} else {
		r.Text += " /help lists those there are. You can also just ask."
	}
	r.Choices = append(r.Choices, Choice{"What I can do", action("help", nil, 1)})
	return r
}

// nearestCommand finds the command that a misspelt or unfinished name was most likely meant to be.
func (b *Bot) nearestCommand(name string) (*Command, bool) {
	name = fold(clipRunes(name, maxTyped))
	var best *Command
	least := 3
	for i := range b.table {
		c := &b.table[i]
		for _, to := range append([]string{c.Name}, c.also...) {
			edits := match.Distance(name, to)
			if len(name) >= 2 && strings.HasPrefix(to, name) {
				edits = min(edits, 1)
			}
			if edits < least && edits < min(len(name), len(to)) {
				best, least = c, edits
			}
		}
	}
	return best, best != nil
}

func tooLong() Reply {
	return Reply{Kind: KindNotice, Text: "That is a long one. Please ask it in a sentence or two."}
}

// ask answers a question, or an entry that was picked while it was typed.
func (b *Bot) ask(c call) Reply {
	if c.text == "" {
		return Reply{
			Kind:    KindNotice,
			Text:    "What would you like to know about " + b.base.Source.About + "? Write the question after the command, or pick one of these.",
			Choices: b.starters(maxChoices),
		}
	}
	if id, ok := strings.CutPrefix(c.text, entryAction); ok {
		if e, ok := b.base.Entry(id); ok {
			return b.pick(c.message, e)
		}
	}
	return b.question(c.message, c.text)
}
