package bot

import (
	"cmp"
	"slices"
	"strings"

	"summitbot/kb"
	"summitbot/kb/match"
)

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
