package telegram

import (
	"context"
	"errors"
	"strings"

	tgbotapi "github.com/go-telegram-bot-api/telegram-bot-api/v5"

	"summitbot/adapters/request"
	"summitbot/bot"
)

const (
	maxResults  = 50 // https://core.telegram.org/bots/api#answerinlinequery
	maxResultID = 64
	// inlineCache is for how many seconds Telegram may show the same results again. A knowledge base that was loaded anew
	// shows after that.
	inlineCache = "30"
	entryAction = "e:" // the core's action for an entry
)

// typed offers answers to what somebody types after the bot's name in any chat: first what the core finds for it as a
// question, then what it may become when typed on.
func (a *Adapter) typed(ctx context.Context, q *inlineQuery) func() {
	if q.From == nil || !a.allowed(q.From.ID) {
		return nil
	}
	results := []article{} // a list, never null
	var actions []string
	if q.Offset == "" {
		var list *bot.Reply
		if actions, list = a.suggest(ctx, q); list != nil {
			results = append(results, a.article("list", *list, q.From.Language))
		}
	}
	for _, action := range actions {
		if len(results) == maxResults {
			break
		}
		// No user and no conversation: this is a look at what could be sent, at every key that is pressed.
		r := a.reply(ctx, bot.Message{Platform: "telegram", Locale: q.From.Language, Action: action}, target{})
		if (r.Kind == bot.KindAnswer || r.Kind == bot.KindNoAnswer) && r.Title != "" {
			results = append(results, a.article(strings.TrimPrefix(action, entryAction), r, q.From.Language))
		}
	}
	p := tgbotapi.Params{"inline_query_id": q.ID, "cache_time": inlineCache, "is_personal": "true"}
	p.AddInterface("results", results)
	p.AddInterface("button", struct {
		Text  string `json:"text"`
		Start string `json:"start_parameter"`
	}{wordsOf(q.From.Language).inPrivate, "inline"})
	return func() {
		err := a.api.call(ctx, "answerInlineQuery", p, nil)
		var e *Error
		if errors.As(err, &e) && e.says("query is too old") {
			return // they have typed on
		}
		if err != nil {
			a.giveUp(ctx, "an inline query could not be answered", err)
			return
		}
		a.stats.answers.Add(1)
		request.Sent(ctx)
	}
}

// suggest lists the actions of the entries to offer, the likeliest first, and the list that a command asked for, if one did.
func (a *Adapter) suggest(ctx context.Context, q *inlineQuery) (actions []string, list *bot.Reply) {
	seen := map[string]bool{entryAction: true}
	take := func(action string) {
		if strings.HasPrefix(action, entryAction) && !seen[action] {
			seen[action] = true
			actions = append(actions, action)
		}
	}
	if strings.TrimSpace(q.Query) != "" {
		r := a.reply(ctx, bot.Message{Platform: "telegram", Locale: q.From.Language, Text: q.Query}, target{})
		switch {
		case r.Kind == bot.KindAnswer && r.Entry == "" && r.Title != "":
			list = &r
		case r.Kind == bot.KindAnswer:
			take(entryAction + r.Entry)
		}
		for _, c := range r.Choices {
			take(c.Action)
		}
		for _, s := range r.Suggestions {
			take(entryAction + s.Entry)
		}
	}
	for _, c := range a.core.Complete("ask", "question", q.Query, maxResults) {
		take(c.Action)
	}
	return actions, list
}

// article makes a reply a result that somebody can send.
func (a *Adapter) article(id string, r bot.Reply, language string) article {
	text, keys := render(r, view{inline: true, share: a.me.Load().Inline, language: language})
	p := text.first(maxText)
	return article{
		Type: "article", ID: id[:min(len(id), maxResultID)], Title: r.Title, Description: shorten(gist(r), 250),
		Content:  textContent{Text: p.Text, Entities: p.Entities, Preview: linkPreview{Disabled: true}},
		Keyboard: keys,
	}
}

// gist is a reply in a line or two: of a list its beginning.
func gist(r bot.Reply) string {
	parts := []string{r.Text}
	for _, f := range r.Fields {
		parts = append(parts, f.Name+": "+strings.ReplaceAll(f.Value, "\n", ", "))
	}
	for _, it := range r.Items {
		parts = append(parts, strings.TrimSpace(it.Label+" "+it.Text))
	}
	return strings.TrimSpace(strings.Join(parts, " "))
}

// summoned answers as a guest: in a chat that the bot is no member of it may leave one message, and edit it afterwards.
func (a *Adapter) summoned(ctx context.Context, m *message) func() {
	if m.GuestQuery == "" || m.From == nil || m.From.IsBot || !a.allowed(m.From.ID) || !a.first(m) {
		return nil
	}
	me := a.me.Load()
	text, entities := m.words()
	q := bot.Message{
		Platform: "telegram", Conversation: "telegram:guest:" + itoa(m.Chat.ID) + ":" + itoa(m.From.ID),
		User: "telegram:" + itoa(m.From.ID), Locale: m.From.Language,
	}
	q.Text, _ = mentions(text, entities, me)
	if q.Text == "" && m.ReplyTo != nil {
		theirs, entities := m.ReplyTo.words()
		q.Text, _ = mentions(theirs, entities, me)
	}
	if name, at, args, ok := command(q.Text); ok && (at == "" || strings.EqualFold(at, me.Username)) {
		q.Text, q.Command, q.Args = "", name, args
	}
	r := a.reply(ctx, q, target{})
	if r.Kind == bot.KindNone {
		return nil
	}
	if r.Title == "" {
		r.Title = shorten(r.Text, 60) // Telegram wants a title, and shows it to nobody
	}
	result := a.article("guest", r, q.Locale)
	return func() {
		for helped := false; ; helped = true {
			p := tgbotapi.Params{"guest_query_id": m.GuestQuery}
			p.AddInterface("result", result)
			err := a.api.call(ctx, "answerGuestQuery", p, nil)
			if err == nil {
				a.stats.answers.Add(1)
				request.Sent(ctx)
				return
			}
			var e *Error
			if !errors.As(err, &e) || helped || !refusesMarkup(e) {
				a.giveUp(ctx, "a guest's question could not be answered", err)
				return
			}
			result.Content.Entities, result.Keyboard = nil, nil
		}
	}
}
