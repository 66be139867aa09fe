package bot

import (
	"summitbot/kb"
)

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
