package bot

import (
	"context"
	"fmt"
	"maps"
	"os"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/fstest"
	"unicode/utf8"

	"summitbot/kb"
	"summitbot/kb/match"
)

// harbour is a bot that knows the made-up story in testdata/kb.
var harbour = sync.OnceValue(func() *Bot {
	base, err := kb.Load(os.DirFS("testdata/kb"), "testdata/kb")
	if err != nil {
		panic(err)
	}
	return New(base, match.Learn(base.Corpus(), match.Options{}), Options{})
})

// of makes a bot from the text of one knowledge-base file.
func of(tb testing.TB, yaml string) *Bot {
	tb.Helper()
	base, err := kb.Load(fstest.MapFS{"all.yaml": {Data: []byte(yaml)}}, "kb")
	if err != nil {
		tb.Fatal(err)
	}
	return New(base, match.Learn(base.Corpus(), match.Options{Passes: 1}), Options{})
}

// give sends what a user types after the slash.
func give(b *Bot, line string) Reply {
	name, args, _ := strings.Cut(line, " ")
	return b.Reply(context.Background(), Message{Command: name, Args: args})
}

func press(b *Bot, action string) Reply {
	return b.Reply(context.Background(), Message{Action: action})
}

// show writes the parts of a reply that tell what it is, a line each.
func show(r Reply) string {
	var s strings.Builder
	fmt.Fprintf(&s, "%s: %s\n%s\n", r.Kind, r.Title, r.Text)
	for _, f := range r.Fields {
		fmt.Fprintf(&s, "field %s: %s\n", f.Name, strings.ReplaceAll(f.Value, "\n", "; "))
	}
	for _, i := range r.Items {
		fmt.Fprintf(&s, "item %s: %s\n", i.Label, i.Text)
	}
	if r.Pages > 0 {
		fmt.Fprintf(&s, "page %d of %d\n", r.Page, r.Pages)
	}
	fmt.Fprintf(&s, "source %s; %s\n", r.Source, r.AsOf)
	for _, c := range slices.Concat(r.Choices, r.More) {
		fmt.Fprintf(&s, "choice %s = %s\n", c.Label, c.Action)
	}
	return s.String()
}

func TestCommands(t *testing.T) {
	tests := []struct {
		give  string
		kind  Kind
		title string
		want  []string // lines or parts of lines of the reply, in their order
		not   []string
	}{
		// Overviews: no arguments.
		{give: "ask", kind: KindNotice, want: []string{"the harbour talks between Norda and Suda", "choice What are the harbour talks about? = e:what-about"}},
		{give: "summary", kind: KindAnswer, title: "Summary", want: []string{"are about fish, nets", "\n\nAfter the cut nets", "§1, §3, §8; 10 May 1931", "= e:fishing-overview"}, not: []string{"choice What are the harbour talks about?"}},
		{give: "timeline", kind: KindAnswer, title: "Timeline", want: []string{"item No date: A storm", "item 1899: The old treaty is signed", "item March 1928 – September 1928 (until the autumn): The blockade", "page 1 of 2", "§§2–4, §6;", "choice 1899 = c:timeline:d.1899:1", "More → = c:timeline::2"}},
		{give: "who", kind: KindAnswer, title: "Who is who", want: []string{"9 people", "item Märta Lind: Foreign Minister of Norda", "page 1 of 2", "choice Märta Lind = c:who:p.lind:1", "= c:who::2"}},
		{give: "delegation", kind: KindAnswer, title: "Delegations: Talks at the Lighthouse", want: []string{"12 May 1931, The Lighthouse", "Norda sends three.", "field Norda: Märta Lind, Foreign Minister of Norda (leads); Anna Petrov, Admiral of Norda; A translator (not named); 3 in all\n", "field The Suda Isles: Samuel Okafor, head of government (leads)\n", "§8, §9", "choice Ambassadors meet on the ferry = c:delegation:e.ferry-1929:1"}},
		{give: "demands", kind: KindAnswer, title: "Demands", want: []string{"item Norda: The old border; New nets; An apology; and 6 more\n", "item The Suda Isles: Its own waters; Respect; Trade\n", "= c:demands:s.norda:1"}, not: []string{"Guild"}},
		{give: "quotes", kind: KindAnswer, title: "Quotes", want: []string{"item Märta Lind: 2 quotes", "item A Nordan official: 1 quote\n", "= c:quotes:p.lind:1"}},
		{give: "topics", kind: KindAnswer, title: "Topics", want: []string{"item Fishing: 10 questions, such as: What was the fishing war?", "choice Fishing = c:topics:g.fishing:1"}},

		{give: "help", kind: KindHelp, want: []string{"the harbour talks between Norda and Suda", "item /ask <question>: Ask a question", "item /delegation [side] [meeting]: ", "item /privacy: "}, not: []string{"/start"}},
		{give: "start", kind: KindHelp, title: "Hello!", want: []string{"item /who [person]: "}},
		{give: "about", kind: KindHelp, want: []string{"field Source: The Harbour Post, “How two islands came to talk”", "field As of: 10 May 1931", "field Answers: 14, and 1 question that", "field Knowledge base: version " + harbour().base.Version}},
		{give: "privacy", kind: KindHelp, want: []string{"Nothing of what you type is stored", "for a few minutes"}},
		{give: "sources", kind: KindHelp, want: []string{"“How two islands came to talk”", "10 May 1931", "§1 is the first", "It has 12", "item Introduction: §1\n", "item The talks: §§8–12"}},

		// Asking.
		{give: "ask where do the talks take place", kind: KindAnswer, want: []string{"The talks take place at the Lighthouse."}},
		{give: "ask e:when-talks", kind: KindAnswer, want: []string{"The talks begin on 12 May 1931."}},
		{give: "ask e:weather", kind: KindNoAnswer, want: []string{"does not tell the weather"}},

		// People, by all that they are called.
		{give: "who Märta Lind", kind: KindAnswer, title: "Märta Lind, Foreign Minister of Norda", want: []string{"speaks for Norda", "§2, §8", "= c:quotes:p.lind:1", "= c:timeline:p.lind:1", "= c:delegation:p.lind:1", "= e:lind-letters"}},
		{give: "who lind", title: "Märta Lind, Foreign Minister of Norda"},
		{give: "who marta LIND", title: "Märta Lind, Foreign Minister of Norda"},
		{give: "who is lind?", title: "Märta Lind, Foreign Minister of Norda"},
		{give: `who "norda's top diplomat"`, title: "Märta Lind, Foreign Minister of Norda"},
		{give: "who the top diplomat of norda", title: "Märta Lind, Foreign Minister of Norda"},
		{give: "who lindt", title: "Märta Lind, Foreign Minister of Norda"},
		{give: "who foriegn minister of norda", title: "Märta Lind, Foreign Minister of Norda"},
		{give: "who Лінда", title: "Märta Lind, Foreign Minister of Norda"},
		{give: "who okafro", title: "Samuel Okafor, Prime Minister of the Suda Isles"},
		{give: "who okfr", title: "Samuel Okafor, Prime Minister of the Suda Isles"},
		{give: "who Окафорського", title: "Samuel Okafor, Prime Minister of the Suda Isles"},
		{give: "who luis reyes", title: "Luís Reyes, Head of the Traders' Guild"},
		{give: "who historian", title: "Peter Stone, Historian"},
		{give: "who guild", title: "Luís Reyes, Head of the Traders' Guild"},
		{give: "who annand", title: "Annabel Annand, Harbour master of Port Clement", want: []string{"is named in the source"}},
		{give: "who p.stone", title: "Peter Stone, Historian"},
		{give: "who anna", kind: KindAnswer, title: "Who is who", want: []string{"2 people", "item Anna Petrov", "item Annabel Annand"}},
		{give: "who ambassador", title: "Who is who", want: []string{"item Erik Holm", "item Awa Diallo"}},
		{give: "who ambassador of norda", title: "Erik Holm, Ambassador of Norda"},
		{give: "who the suda ambasador", title: "Awa Diallo, Ambassador of the Suda Isles"},
		{give: "who ambassador to norda", title: "Awa Diallo, Ambassador of the Suda Isles"},
		{give: "who lind suda", title: "Märta Lind, Foreign Minister of Norda"},
		{give: "who port clement", title: "Who is who", want: []string{"item Samuel Okafor", "item Annabel Annand", "item Awa Diallo"}, not: []string{"Lind"}},
		{give: "who lind okafor", title: "Who is who", want: []string{"item Märta Lind", "item Samuel Okafor"}},
		{give: "who okafor lind", title: "Who is who", want: []string{"item Märta Lind", "item Samuel Okafor"}},
		{give: "who lind zebedee", kind: KindAnswer, title: "Märta Lind, Foreign Minister of Norda", want: []string{"I did not understand all of that"}},
		{give: "who mara", kind: KindNoAnswer, want: []string{"names nobody like that", "choice Märta Lind"}},
		{give: "who petrenko", kind: KindNoAnswer, want: []string{"choice "}},

		// Delegations, the arguments in any order.
		{give: "delegation norda", title: "Delegations: Talks at the Lighthouse", want: []string{"field Norda: Märta Lind", "choice All sides = c:delegation:e.lighthouse-1931:1", "= c:delegation:e.ferry-1929/s.norda:1"}, not: []string{"field The Suda Isles"}},
		{give: "delegation norda ferry-1929", title: "Delegations: Ambassadors meet on the ferry", want: []string{"field Norda: Erik Holm"}, not: []string{"Diallo"}},
		{give: "delegation ferry-1929 norda", title: "Delegations: Ambassadors meet on the ferry", want: []string{"field Norda: Erik Holm"}, not: []string{"Diallo"}},
		{give: "delegation 1929", title: "Delegations: Ambassadors meet on the ferry", want: []string{"field The Suda Isles: Awa Diallo, Ambassador of the Suda Isles; A clerk (not named)\n"}},
		{give: "delegation of the nordans in june 1929", title: "Delegations: Ambassadors meet on the ferry", not: []string{"Diallo"}},
		{give: "delegation nordna ferri", title: "Delegations: Ambassadors meet on the ferry", want: []string{"Erik Holm"}, not: []string{"Diallo", "not understand"}},
		{give: "delegation lighthous", title: "Delegations: Talks at the Lighthouse"},
		{give: "delegation holm", title: "Delegations: Ambassadors meet on the ferry", want: []string{"from another meeting", "field Norda: Erik Holm"}},
		{give: "delegation guild", kind: KindNoAnswer, want: []string{"no such delegation", "choice Talks at the Lighthouse"}},
		{give: "delegation guild 1929", kind: KindNoAnswer, want: []string{"choice "}},
		{give: "delegation narnia", kind: KindNoAnswer, want: []string{"no such delegation", "choice Talks at the Lighthouse"}},
		{give: "delegation norda narnia", kind: KindAnswer, title: "Delegations: Talks at the Lighthouse", want: []string{"I did not understand all of that"}},

		// Timelines.
		{give: "timeline 1928", title: "Timeline: 1928", want: []string{"item 9 January 1928: A second letter", "item February 1928: ", "item March 1928 – September 1928"}, not: []string{"1927"}},
		{give: "timeline july", title: "The blockade"},
		{give: "timeline july 1928", title: "The blockade"},
		{give: "timeline 1928-07", title: "The blockade"},
		{give: "timeline may", title: "Timeline: May", want: []string{"2 May 1927", "12 May 1931"}, not: []string{"1930"}},
		{give: "timeline 12 may", title: "Talks at the Lighthouse", want: []string{"field When: 12 May 1931", "field Where: The Lighthouse", "field Who: Märta Lind, Samuel Okafor", "= c:delegation:e.lighthouse-1931:1", "= c:who:p.lind:1"}},
		{give: "timeline May 12th, 1931", title: "Talks at the Lighthouse"},
		{give: "timeline septembre", title: "The blockade"},
		{give: "timeline letters", title: "Timeline: Letters", want: []string{"A first letter", "The invitation"}},
		{give: "timeline letter", title: "Timeline: Letters"},
		{give: "timeline fishng war", title: "Timeline: Fishing war", want: []string{"nets were cut", "item 1930: A truce"}},
		{give: "timeline letters 1928", title: "Timeline: Letters, 1928", want: []string{"A second letter", "Okafor answers"}, not: []string{"first letter"}},
		{give: "timeline 1928 letters", title: "Timeline: 1928, Letters", want: []string{"A second letter", "Okafor answers"}, not: []string{"first letter"}},
		{give: "timeline 1927 1929", title: "Timeline: 1927, 1929", want: []string{"nets were cut", "ambassadors met"}, not: []string{"1928"}},
		{give: "timeline bergen hill", title: "Timeline: Norda"}, // the capital stands for the state,
		{give: "timeline bergan hill", title: "Timeline: Norda"}, // however it is spelt
		{give: "timeline bergn hil", title: "Timeline: Norda"},
		{give: "timeline lihgthouse", title: "Talks at the Lighthouse"},
		{give: "timeline clement", title: "Timeline: The Suda Isles"},
		{give: "timeline ferry talks", title: "Ambassadors meet on the ferry"},
		{give: "timeline lind okafor", title: "Timeline: Märta Lind, Samuel Okafor", want: []string{"Okafor answers", "12 May 1931"}, not: []string{"first letter"}},
		{give: "timeline 1900", kind: KindNoAnswer, want: []string{"dates nothing like that", "choice 1899 = c:timeline:d.1899:1"}},
		{give: "timeline letters 1929", kind: KindNoAnswer, want: []string{"fits all of it", "choice Letters", "choice 1929"}},

		// Demands.
		{give: "demands norda", title: "Demands: Norda", want: []string{"item The old border (1899): Norda wants the old border.", "page 1 of 2", "choice The Suda Isles = c:demands:s.suda:1", "More → = c:demands:s.norda:2"}},
		{give: "demands bergen hill", title: "Demands: Norda"},
		{give: "demands nrda", title: "Demands: Norda"},
		{give: "demands okafor", title: "Demands: The Suda Isles", want: []string{"item Trade (1931)"}},
		{give: "demands norda 1927", title: "Demands: Norda", want: []string{"New nets", "An apology"}, not: []string{"lamp"}},
		{give: "demands 1927", title: "Demands", want: []string{"item Norda: New nets (1927)", "item The Suda Isles: Its own waters (1927)"}, not: []string{"Respect"}},
		{give: "demands suda norda", title: "Demands: The Suda Isles, Norda", want: []string{"item Norda: The old border (1899)", "page 1 of 2"}},
		{give: "demands guild", kind: KindNoAnswer, want: []string{"choice Norda"}},
		{give: "demands stone", kind: KindNoAnswer, want: []string{"no demands of that party", "choice Norda"}},
		{give: "demands narnia", kind: KindNoAnswer, want: []string{"no demands of that party", "choice Norda"}},

		// Quotes.
		{give: "quotes lind", title: "Quotes: Märta Lind", want: []string{"item To Harbour Radio, 9 May 1931: Lind said that Okafor was late.", "item “nets cost money”: ", "§3, §8"}},
		{give: "quotes by lnd", title: "Quotes: Märta Lind"},
		{give: "quotes lind about okafor", title: "Quotes: Märta Lind, Samuel Okafor", want: []string{"item Märta Lind, to Harbour Radio", "item Samuel Okafor, to Märta Lind, February 1928"}, not: []string{"cost money"}},
		{give: "quotes petrov", title: "Quotes about Anna Petrov", want: []string{"item Fishermen: Fishermen called"}},
		{give: "quotes harbour radio", title: "Quotes: Harbour Radio", want: []string{"item Märta Lind, to Harbour Radio"}},
		{give: "quotes norda", title: "Quotes: Norda", want: []string{"item Märta Lind", "item A Nordan official"}, not: []string{"Okafor wrote"}},
		{give: "quotes nordan oficial", title: "Quotes: Norda, A Nordan official", want: []string{"item A Nordan official: "}, not: []string{"Lind said"}},
		{give: "quotes holm", kind: KindNoAnswer, want: []string{"nothing by or about them", "choice Märta Lind"}},
		{give: "quotes narnia", kind: KindNoAnswer, want: []string{"quotes nobody of that name", "choice Märta Lind"}},

		// Topics.
		{give: "topics fishing", title: "Topic: Fishing", want: []string{"10 questions", "page 1 of 2", "choice Who cut the nets? = e:who-cut-nets", "= c:topics:g.fishing:2"}},
		{give: "topics fishin", title: "Topic: Fishing"},
		{give: "topics truce", kind: KindNoAnswer, want: []string{"no topic of that name", "choice Fishing"}},

		// Commands by other names, and unknown ones.
		{give: "WHO lind", title: "Märta Lind, Foreign Minister of Norda"},
		{give: "quem lind", title: "Märta Lind, Foreign Minister of Norda"},
		{give: "хронологія 1928", title: "Timeline: 1928"},
		{give: "delegations", title: "Delegations: Talks at the Lighthouse"},
		{give: "delegaton norda", kind: KindNotice, want: []string{"no command of that name. Did you mean /delegation?", "choice /delegation [side] [meeting] = c:delegation:s.norda:1"}},
		{give: "hepl", kind: KindNotice, want: []string{"Did you mean /help?", "= c:help::1"}},
		{give: "tim", kind: KindNotice, want: []string{"Did you mean /timeline?"}},
		{give: "okafor", kind: KindNotice, want: []string{"Did you mean /who?", "choice Samuel Okafor = c:who:p.okafor:1"}},
		{give: "xyzzy", kind: KindNotice, want: []string{"no command of that name. /help", "= c:help::1"}},
		{give: "z", kind: KindNotice, want: []string{"no command of that name. /help"}},
		{give: " lind", kind: KindNotice},
	}
	for _, tt := range tests {
		t.Run(tt.give, func(t *testing.T) {
			r := give(harbour(), tt.give)
			got := show(r)
			if tt.kind != "" && r.Kind != tt.kind {
				t.Errorf("kind %q, want %q", r.Kind, tt.kind)
			}
			if tt.title != "" && r.Title != tt.title {
				t.Errorf("title %q, want %q", r.Title, tt.title)
			}
			rest := got
			for _, w := range tt.want {
				_, after, ok := strings.Cut(rest, w)
				if !ok {
					t.Errorf("no %q, or not in its place", w)
					continue
				}
				rest = after
			}
			for _, w := range tt.not {
				if strings.Contains(got, w) {
					t.Errorf("%q should not be there", w)
				}
			}
			if (r.Kind == KindAnswer || r.Kind == KindNoAnswer) && (r.Source == "" || r.AsOf != "10 May 1931") {
				t.Error("no source or date")
			}
			if t.Failed() {
				t.Log(got)
			}
		})
	}
}

// A slash typed as text runs the same command.
func TestTypedCommand(t *testing.T) {
	r := harbour().Reply(context.Background(), Message{Text: "/who lind"})
	if want := give(harbour(), "who lind"); show(r) != show(want) {
		t.Errorf("got %s, want %s", show(r), show(want))
	}
}

func TestActions(t *testing.T) {
	tests := []struct {
		action string
		kind   Kind
		want   string
	}{
		{"e:where-talks", KindAnswer, "The talks take place at the Lighthouse."},
		{"e:weather", KindNoAnswer, "does not tell the weather"},
		{"c:who:p.lind:1", KindAnswer, "speaks for Norda"},
		{"c:timeline::2", KindAnswer, "page 2 of 2"},
		{"c:timeline::99", KindAnswer, "page 2 of 2"},
		{"c:demands:s.norda:2", KindAnswer, "item A seat (1931)"},
		{"c:timeline:p.lind.p.petrov/d.1928:1", KindAnswer, "A second letter"},
		{"c:ask::1", KindNotice, "What would you like to know"},
		{"none", KindNotice, "choice Fishing"},
		{"up:where-talks", KindNotice, "Thank you"},
		{"down:where-talks", KindNotice, "choice When do the talks begin? = e:when-talks"},
		{"down:when-talks", KindNotice, "choice Fishing"}, // it has no neighbours
	}
	for _, tt := range tests {
		r := press(harbour(), tt.action)
		if got := show(r); r.Kind != tt.kind || !strings.Contains(got, tt.want) {
			t.Errorf("%s: got %s, want %s with %q", tt.action, got, tt.kind, tt.want)
		}
	}
	for _, stale := range []string{
		"e:gone", "e:", "up:gone", "down:", "x", ":", "c:", "c:who", "c:who:p.lind", "c:who:p.gone:1", "c:gone::1", "c:who:p.lind:0", "c:who:p.lind:x",
		"c:who:l.lighthouse:1", "c:who:p:1", "c:who:p.lind.p:1", "c:who:/:1", "c:who:p.HAAAAAAA:1", "c:who:p.lind:1:1", "NONE", "e:\x00", strings.Repeat("c:", 1000),
	} {
		if got := show(press(harbour(), stale)); !strings.Contains(got, "of no use any more") || !strings.Contains(got, "choice Fishing") {
			t.Errorf("%q: got %s, want a friendly notice with topics", stale, got)
		}
	}
}

// Turning pages shows everything once, and turning back shows the same again.
func TestPages(t *testing.T) {
	for _, line := range []string{"timeline", "who", "demands norda", "demands suda norda", "topics fishing", "timeline norda suda 1927 1928 1929 1930 1931"} {
		r := give(harbour(), line)
		first := r
		seen := map[string]bool{}
		for page := 1; ; page++ {
			if len(r.Items) > pageSize || len(r.Items)+len(r.Choices) == 0 {
				t.Fatalf("%s, page %d: %d items", line, page, len(r.Items))
			}
			for _, i := range r.Items {
				if s := i.Label + i.Text; seen[s] {
					t.Errorf("%s, page %d: %q a second time", line, page, s)
				} else {
					seen[s] = true
				}
			}
			if page == r.Pages || r.Pages == 0 {
				break
			}
			next := r.More[len(r.More)-1]
			if r = press(harbour(), next.Action); r.Page != page+1 || r.Title != first.Title {
				t.Fatalf("%s: %s leads to page %d of %q", line, next.Action, r.Page, r.Title)
			}
		}
		for r.Page > 1 {
			r = press(harbour(), r.More[0].Action)
		}
		if show(r) != show(first) {
			t.Errorf("%s: back on the first page stands %s, not %s", line, show(r), show(first))
		}
	}
}

// What a command or a button shows is what the conversation is about from then on.
func TestSubject(t *testing.T) {
	b := New(harbour().base, harbour().index, Options{})
	for _, tt := range []struct {
		m             Message
		entry, before string
	}{
		{Message{Command: "privacy"}, "", ""},
		{Message{Command: "who", Args: "lind"}, "", "Märta Lind, Foreign Minister of Norda"},
		{Message{Command: "who"}, "", "Märta Lind, Foreign Minister of Norda"}, // an overview changes nothing
		{Message{Command: "who", Args: "zzzz"}, "", "Märta Lind, Foreign Minister of Norda"},
		{Message{Action: "e:where-talks"}, "where-talks", "Where do the talks take place?"},
		{Message{Action: "e:greeting"}, "where-talks", "Where do the talks take place?"},
		{Message{Action: "e:weather"}, "where-talks", "What will the weather be at the Lighthouse?"},
		{Message{Command: "ask", Args: "e:when-talks"}, "when-talks", "When do the talks begin?"},
		{Message{Action: "c:timeline:t.letters:1"}, "", "Timeline: Letters"},
	} {
		tt.m.Conversation = "c"
		b.Reply(context.Background(), tt.m)
		got, _ := b.talks.get("c", b.now())
		if got.entry != tt.entry || got.before != tt.before {
			t.Errorf("after %+v: %q, %q, want %q, %q", tt.m, got.entry, got.before, tt.entry, tt.before)
		}
	}
}

var actionForm = regexp.MustCompile(`^[A-Za-z0-9_:./-]{1,60}$`)

// Every button that can be reached from any command holds a short action that works.
func TestEveryChoice(t *testing.T) {
	for name, b := range map[string]*Bot{"harbour": harbour(), "big": of(t, bigBase())} {
		t.Run(name, func(t *testing.T) {
			seen := map[string]bool{}
			var todo []string
			note := func(r Reply, from string) {
				if len(r.Choices) > pageSize {
					t.Errorf("%s: %d choices", from, len(r.Choices))
				}
				labels := map[string]bool{}
				for _, c := range slices.Concat(r.Choices, r.More) {
					if !actionForm.MatchString(c.Action) {
						t.Errorf("%s: action %q (%d bytes)", from, c.Action, len(c.Action))
					}
					if c.Label == "" || labels[c.Action] {
						t.Errorf("%s: choice %q = %q is empty or a second time here", from, c.Label, c.Action)
					}
					labels[c.Action] = true
					if !seen[c.Action] {
						seen[c.Action] = true
						todo = append(todo, c.Action)
					}
				}
				if r.Entry != "" {
					for _, verb := range []string{"up:", "down:"} {
						todo = append(todo, verb+r.Entry)
					}
				}
			}
			for _, c := range b.table {
				note(give(b, c.Name), c.Name)
				for _, o := range c.Options {
					for _, v := range slices.Concat(o.Values, b.Complete(c.Name, o.Name, "", 1000)) {
						if n := utf8.RuneCountInString(v.Label); n > 100 || n == 0 || len(v.Action) > 100 {
							t.Errorf("%s %s: value %q = %q", c.Name, o.Name, v.Label, v.Action)
						}
						r := give(b, c.Name+" "+v.Action)
						if r.Kind == KindNotice {
							t.Errorf("%s %s %q: %s", c.Name, o.Name, v.Action, r.Text)
						}
						note(r, c.Name+" "+v.Action)
					}
				}
			}
			for count := 0; len(todo) > 0 && count < 3000; count++ {
				action := todo[0]
				todo = todo[1:]
				if !actionForm.MatchString(action) {
					t.Errorf("action %q", action)
				}
				r := press(b, action)
				if strings.Contains(r.Text, "of no use any more") || r.Text == "" && r.Title == "" {
					t.Errorf("%s leads to %s", action, show(r))
				}
				if strings.HasPrefix(action, commandAction) && (r.Kind == KindNoAnswer || strings.Contains(r.Text, "not understand")) {
					t.Errorf("%s leads nowhere: %s", action, r.Text)
				}
				note(r, action)
			}
			if len(seen) < 30 {
				t.Errorf("only %d actions", len(seen))
			}
		})
	}
}

// bigBase has many things of everything, with ids as long as they may be and names in other scripts.
func bigBase() string {
	var s strings.Builder
	id := func(kind string, i int) string {
		long := 51
		if kind == "side" {
			long = 34 // one fits into an action as it is, beside another it does not
		}
		return (kind + "-" + strings.Repeat("very-", 9) + strings.Repeat("x", 20))[:long] + fmt.Sprintf("%04d", i)
	}
	s.WriteString("source: {title: T, publisher: P, as_of: '1960', about: everything, paragraphs: 9}\nsides:\n")
	for i := range 30 {
		fmt.Fprintf(&s, "  - {id: %s, name: Сторона %d}\n", id("side", i), i)
	}
	s.WriteString("people:\n")
	for i := range 60 {
		fmt.Fprintf(&s, "  - {id: %s, name: 人%d of %s, role: %s, side: %s}\n", id("person", i), i, strings.Repeat("a long name ", 10), strings.Repeat("role ", 30), id("side", i%30))
	}
	s.WriteString("places:\n")
	for i := range 20 {
		fmt.Fprintf(&s, "  - {id: %s, name: Place %d, in: %s}\n", id("place", i), i, id("place", (i+1)%20)) // a ring
	}
	s.WriteString("events:\n")
	for i := range 60 {
		fmt.Fprintf(&s, "  - {id: %s, title: Event %d, start: '%d-%02d-%02d', place: %s, people: [%s, %s], sides: [%s, %s], topics: ['Topic №%d']}\n",
			id("event", i), i, 1930+i%40, 1+i%12, 1+i%28, id("place", i%20), id("person", i), id("person", (i+1)%60), id("side", i%30), id("side", (i+1)%30), i%30)
	}
	s.WriteString("delegations:\n")
	for i := range 60 {
		fmt.Fprintf(&s, "  - {id: %s, event: %s, side: %s, led_by: %s, members: [{person: %s}, {role: someone}]}\n", id("delegation", i), id("event", i/2), id("side", i%30), id("person", i), id("person", (i+1)%60))
	}
	s.WriteString("demands:\n")
	for i := range 90 {
		fmt.Fprintf(&s, "  - {id: %s, party: %s, since: '%d', title: Demand %d, text: A demand.}\n", id("demand", i), id("side", i%3), 1930+i%4, i)
	}
	s.WriteString("quotes:\n")
	for i := range 60 {
		fmt.Fprintf(&s, "  - {id: %s, speaker_text: 'Голос %d', to: Gazette %d, says: Something.}\n", id("quote", i), i%12, i%3)
		fmt.Fprintf(&s, "  - {id: %s, speaker: %s, about: [%s], says: Something else.}\n", id("saying", i), id("person", i%5), id("person", 7))
	}
	s.WriteString("entries:\n")
	for i := range 60 {
		tells := "what"
		if i%6 == 0 {
			tells = "overview"
		}
		fmt.Fprintf(&s, "  - {id: %s, question: 'What is number %d?', answer: It is %d., tells: [%s], topic: 'Тема %d', related: [%s]}\n", id("entry", i), i, i, tells, i%30, id("entry", (i+1)%60))
	}
	return s.String()
}

func TestCommandTable(t *testing.T) {
	commands := harbour().Commands()
	names := map[string]bool{}
	inLanguage := map[string]bool{}
	text := func(what, name, description string) {
		if !regexp.MustCompile(`^[\p{Ll}\p{Lo}\p{N}-]{1,32}$`).MatchString(name) {
			t.Errorf("%s: name %q", what, name)
		}
		if n := utf8.RuneCountInString(description); n == 0 || n > 100 {
			t.Errorf("%s: description has %d runes", what, n)
		}
	}
	for _, c := range commands {
		if names[c.Name] || !regexp.MustCompile(`^[a-z]{2,32}$`).MatchString(c.Name) {
			t.Errorf("name %q", c.Name)
		}
		names[c.Name] = true
		text(c.Name, c.Name, c.Description)
		for lang, l := range c.Local {
			text(c.Name+" "+lang, l.Name, l.Description)
			if inLanguage[lang+l.Name] {
				t.Errorf("%s: two commands are called %q", lang, l.Name)
			}
			inLanguage[lang+l.Name] = true
		}
		optionNames := map[string]bool{}
		for _, o := range c.Options {
			text(c.Name+" "+o.Name, o.Name, o.Description)
			for lang, l := range o.Local {
				text(c.Name+" "+o.Name+" "+lang, l.Name, l.Description)
				if optionNames[lang+l.Name] {
					t.Errorf("%s: two options of %s are called %q", lang, c.Name, l.Name)
				}
				optionNames[lang+l.Name] = true
			}
			if o.Completes == (len(o.Values) > 0) || len(o.Values) > maxValues {
				t.Errorf("%s %s: completes %v, %d values", c.Name, o.Name, o.Completes, len(o.Values))
			}
		}
		want := []string{"de", "es", "fr", "pt", "ru", "uk"}
		for _, o := range append([]Option{{Local: c.Local}}, c.Options...) {
			if got := slices.Sorted(maps.Keys(o.Local)); !slices.Equal(got, want) {
				t.Errorf("%s %s: languages %v, want %v", c.Name, o.Name, got, want)
			}
		}
	}
	if names["start"] || !names["ask"] || len(commands) != 12 {
		t.Errorf("commands %v", slices.Sorted(maps.Keys(names)))
	}
	// The values come from the knowledge base: Norda and Suda sent delegations, the Guild did not.
	i := slices.IndexFunc(commands, func(c Command) bool { return c.Name == "delegation" })
	if got, want := fmt.Sprint(commands[i].Options[0].Values), "[{Norda norda} {The Suda Isles suda}]"; got != want {
		t.Errorf("/delegation side: %v, want %v", got, want)
	}
	if got, want := commands[i].Usage(), "/delegation [side] [meeting]"; got != want {
		t.Errorf("usage %q, want %q", got, want)
	}
	// Where there are more values than menus hold, the option completes.
	for _, c := range of(t, bigBase()).Commands() {
		for _, o := range c.Options {
			if len(o.Values) > maxValues || !o.Completes && len(o.Values) == 0 {
				t.Errorf("/%s %s: %d values, completes %v", c.Name, o.Name, len(o.Values), o.Completes)
			}
		}
	}
}

// A knowledge base of entries alone offers no commands for what it has not got; called all the same, they say so.
func TestBareBase(t *testing.T) {
	b := of(t, `
source: {title: Bread}
entries:
  - {id: flour, question: 'Which flour?', answer: Rye., asked: [what flour, kind of flour]}
  - {id: oven, question: 'How hot?', answer: Hot., asked: [temperature, how warm]}
`)
	var names []string
	for _, c := range b.Commands() {
		names = append(names, c.Name)
	}
	if want := []string{"ask", "topics", "sources", "help", "about", "privacy"}; !slices.Equal(names, want) {
		t.Errorf("commands %v, want %v", names, want)
	}
	for _, c := range []string{"who", "who lind", "timeline", "timeline 1928", "delegation", "delegation us", "demands", "demands us", "quotes", "quotes lind", "summary"} {
		if r := give(b, c); r.Kind != KindNotice || !strings.Contains(r.Text, "Pick a topic, or just ask.") || len(r.Choices) != 1 {
			t.Errorf("/%s: %s", c, show(r))
		}
	}
	for _, c := range b.table {
		if r := give(b, c.Name); r.Text == "" && len(r.Items) == 0 {
			t.Errorf("/%s says nothing", c.Name)
		}
	}
}

// Of several meetings yet to come, the next is shown; after the last, the latest.
func TestComingMeeting(t *testing.T) {
	for asOf, want := range map[string]string{"1929": "A", "1930-01-01": "A", "1930-06": "B", "1931-02-03": "C", "1932": "C"} {
		b := of(t, `
source: {title: T, as_of: '`+asOf+`'}
sides: [{id: us, name: us}]
events: [{id: a, title: A, start: '1930-02-01'}, {id: b, title: B, start: '1931-02-01'}, {id: c, title: C, start: '1931-02-03'}]
delegations: [{id: x, event: a, side: us}, {id: y, event: b, side: us}, {id: z, event: c, side: us}]
entries: [{id: e, question: 'Q?', answer: A.}]
`)
		if r := give(b, "delegation"); r.Title != "Delegations: "+want {
			t.Errorf("as of %s: %q, want %q", asOf, r.Title, want)
		}
	}
}

func TestCovers(t *testing.T) {
	tests := []struct{ start, end, date, want string }{
		{"", "", "1928", "no"},
		{"", "", "-03", "no"},
		{"1928", "", "1928", "yes"},
		{"1928", "", "1929", "no"},
		{"1928", "", "1928-03", "no"}, // the month is not told
		{"1928", "1928-08-06", "1928-08", "yes"},
		{"1928", "1928-08-06", "1928-07", "no"},
		{"1927-12-30", "1928-01-02", "1928", "yes"},
		{"1928-03", "1928-09", "1928-06", "yes"},
		{"1928-03", "1928-09", "1928-10", "no"},
		{"1928-03", "1928-09", "-06", "yes"},
		{"1928-03", "1928-09", "-10", "no"},
		{"1928-03-05", "", "1928-03", "yes"},
		{"1928-03-05", "", "1928-03-05", "yes"},
		{"1928-03-05", "", "1928-03-06", "no"},
		{"1928-03-05", "", "-03-05", "yes"},
		{"1928-03", "", "1928-03-05", "no"},
	}
	for _, tt := range tests {
		start, _ := kb.ParseDate(tt.start)
		end, _ := kb.ParseDate(tt.end)
		got := "no"
		if covers(&kb.Event{Start: start, End: end}, ref{kindDate, tt.date}.date()) {
			got = "yes"
		}
		if got != tt.want {
			t.Errorf("%s to %s covers %s: %s, want %s", tt.start, tt.end, tt.date, got, tt.want)
		}
	}
}

func TestWithin(t *testing.T) {
	b := of(t, `
source: {title: T}
places: [{id: room, name: Room, in: house}, {id: house, name: House, in: town}, {id: town, name: Town, in: gone}, {id: ring, name: Ring, in: knot}, {id: knot, name: Knot, in: ring}]
entries: [{id: e, question: 'Q?', answer: A.}]
`)
	for _, tt := range []struct {
		place, in string
		want      bool
	}{{"room", "room", true}, {"room", "town", true}, {"room", "gone", true}, {"town", "room", false}, {"room", "ring", false}, {"ring", "knot", true}, {"ring", "town", false}, {"", "town", false}, {"", "", false}} {
		if got := b.within(tt.place, tt.in); got != tt.want {
			t.Errorf("%q within %q: %v", tt.place, tt.in, got)
		}
	}
}

func TestFold(t *testing.T) {
	for give, want := range map[string]string{
		"":                             "",
		"the Kremlin's Top-Diplomat":   "kremlin top diplomat",
		"Märta  LIND":                  "marta lind",
		"O’Neill":                      "oneill",
		"Łódź, Ærø and Straße":         "lodz aero and strasse",
		"12th May, 2025-02-05":         "12 may 2025 2 5",
		"Київ":                         "киів",
		"la\u200bvrov \u202elind\x00x": "lavrov lind x",
		"ﬁsh ２０２２":                     "fish 2022",
		"'s ' ''":                      "s",
	} {
		if got := fold(give); got != want {
			t.Errorf("fold(%q) = %q, want %q", give, got, want)
		}
	}
}

// What users type is never in a reply, however it looks, and nothing hangs or panics.
func TestHostileArguments(t *testing.T) {
	arguments := []string{
		strings.Repeat("zqx ", 200), strings.Repeat("zqx", 100000), "zqx\x00\x1b[31m", "\u202ezqx\u202c", "@everyone zqx", "<script>zqx</script>", "\xff\xfezqx",
		strings.Repeat("lind ", 60) + "zqx", "p.zqx l.zqx .zqx zqx.", "e:zqx", "c:who:zqx:1", "/who zqx", "שלום zqx", strings.Repeat("\u0301", 500) + "zqx", "zqx%s%d%!", "''''zqx'''",
	}
	for _, c := range harbour().table {
		for _, a := range arguments {
			if got := show(harbour().Reply(context.Background(), Message{Command: c.Name, Args: a})); strings.Contains(got, "zqx") || !utf8.ValidString(got) {
				t.Errorf("/%s %.40q: %s", c.Name, a, got)
			}
		}
	}
	for _, a := range arguments {
		if got := show(harbour().Reply(context.Background(), Message{Command: a})); strings.Contains(got, "zqx") {
			t.Errorf("command %.40q: %s", a, got)
		}
		if got := show(press(harbour(), a)); strings.Contains(got, "zqx") {
			t.Errorf("action %.40q: %s", a, got)
		}
	}
	if r := give(harbour(), "ask "+strings.Repeat("why ", 300)); r.Kind != KindNotice || !strings.Contains(r.Text, "long") {
		t.Errorf("a long question: %s", show(r))
	}
}

func TestComplete(t *testing.T) {
	tests := []struct {
		command, option, typed string
		limit                  int
		want                   string // label prefix=value, the first ones
		not                    string
	}{
		{"who", "person", "", 3, "Märta Lind, Foreign Minister of Norda=lind|Samuel Okafor=okafor|Anna Petrov=petrov", ""},
		{"who", "person", "li", 5, "Märta Lind=lind", "petrov"},
		{"who", "person", "MÄR", 5, "Märta Lind=lind", "petrov"},
		{"who", "person", "lnid", 5, "Märta Lind=lind", ""},
		{"who", "person", "okfr", 5, "Samuel Okafor=okafor", ""},
		{"who", "person", "okafro", 5, "Samuel Okafor=okafor", ""},
		{"who", "person", "anna", 5, "Annabel Annand=annand|Anna Petrov=petrov", ""},
		{"who", "person", "ambas", 5, "Erik Holm=holm|Awa Diallo=diallo", "lind"},
		{"who", "person", "Петр", 5, "Anna Petrov=petrov", ""},
		{"who", "person", "p", 5, "Anna Petrov=petrov|Peter Stone=stone", "lind"},
		{"quem", "person", "li", 5, "Märta Lind=lind", ""},
		{"delegation", "meeting", "", 5, "Talks at the Lighthouse, 12 May 1931=lighthouse-1931|Ambassadors meet on the ferry, 11 June 1929=ferry-1929", "letter"},
		{"delegation", "meeting", "fer", 5, "Ambassadors meet on the ferry=ferry-1929", "lighthouse"},
		{"delegation", "side", "s", 5, "The Suda Isles=suda", "traders"},
		{"demands", "party", "", 5, "Norda=norda|The Suda Isles=suda", "traders"},
		{"timeline", "about", "", 7, "1899=1899|1927=1927|1928=1928|1929=1929|1930=1930|1931=1931|Treaties=treaties", ""},
		{"timeline", "about", "192", 5, "1927=1927|1928=1928|1929=1929", "1930"},
		{"timeline", "about", "lett", 5, "Letters=letters", ""},
		{"timeline", "about", "fish", 5, "Fishing war=t.H", ""},
		{"timeline", "about", "light", 5, "The Lighthouse=lighthouse", ""},
		{"quotes", "person", "", 9, "Märta Lind=lind|Samuel Okafor=okafor|A Nordan official=q.H|Fishermen=fishermen|Harbour Radio=q.H", ""},
		{"topics", "topic", "f", 5, "Fishing=fishing", ""},
		{"ask", "question", "", 5, "What are the harbour talks about?=e:what-about|What was the fishing war?=e:fishing-overview", ""},
		{"ask", "question", "nets", 1, "Who cut the nets?=e:who-cut-nets", ""},
		{"ask", "question", "who bro", 1, "Who broke the blockade?=e:fish-5", ""},
		{"ask", "question", "venue of the talks", 2, "Where do the talks take place?=e:where-talks", "weather"},
		{"who", "person", "zzzz", 5, "", ""},
		{"who", "nothing", "li", 5, "", "lind"},
		{"nothing", "person", "li", 5, "", "lind"},
		{"who", "person", "li", 0, "", "lind"},
		{"who", "person", "li", -1, "", "lind"},
	}
	for _, tt := range tests {
		got := harbour().Complete(tt.command, tt.option, tt.typed, tt.limit)
		if len(got) > max(tt.limit, 0) {
			t.Errorf("%+v: %d choices", tt, len(got))
		}
		for i, want := range strings.Split(tt.want, "|") {
			label, value, _ := strings.Cut(want, "=")
			if want != "" && (i >= len(got) || !strings.HasPrefix(got[i].Label, label) || !strings.HasPrefix(got[i].Action, value)) {
				t.Errorf("%+v: got %v", tt, got)
				break
			}
		}
		if tt.not != "" && slices.ContainsFunc(got, func(c Choice) bool { return strings.Contains(c.Action, tt.not) }) {
			t.Errorf("%+v: %q should not be in %v", tt, tt.not, got)
		}
		for i, c := range got {
			if slices.Contains(got[:i], c) {
				t.Errorf("%+v: %v twice", tt, c)
			}
		}
	}
}

func FuzzCommand(f *testing.F) {
	for _, s := range [][3]string{{"who", "lind", "c:who:p.lind:1"}, {"delegation", "norda ferry", "c:timeline::2"}, {"timeline", "12 may 1931", "e:weather"}, {"demandes", "\u202e", "down:x"}, {"quotes", "p.lind.p", "none"}} {
		f.Add(s[0], s[1], s[2])
	}
	b := harbour()
	f.Fuzz(func(t *testing.T, command, args, action string) {
		for _, r := range []Reply{
			b.Reply(t.Context(), Message{Command: command, Args: args}),
			b.Reply(t.Context(), Message{Action: action}),
		} {
			if r.Kind == "" || r.Text == "" && r.Title == "" && len(r.Items) == 0 {
				t.Errorf("nothing to show: %s", show(r))
			}
			if len(r.Items) > pageSize && r.Kind != KindHelp {
				t.Errorf("%d items", len(r.Items))
			}
			for _, c := range slices.Concat(r.Choices, r.More) {
				if !actionForm.MatchString(c.Action) {
					t.Errorf("action %q", c.Action)
				}
			}
		}
		for _, c := range b.table {
			for _, o := range c.Options {
				for _, x := range b.Complete(c.Name, o.Name, args, 25) {
					if utf8.RuneCountInString(x.Label) > maxLabel || x.Action == "" {
						t.Errorf("completion %q", x)
					}
				}
			}
		}
	})
}

func BenchmarkCommand(b *testing.B) {
	for b.Loop() {
		give(harbour(), "timeline lihgthouse zzqx 1931")
	}
}
