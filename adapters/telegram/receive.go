package telegram

import (
	"context"
	"errors"
	"hash/fnv"
	"io"
	"strconv"
	"strings"
	"sync"
	"time"

	tgbotapi "github.com/go-telegram-bot-api/telegram-bot-api/v5"

	"summitbot/adapters/request"
	"summitbot/bot"
)

func itoa[T int | int64](n T) string { return strconv.FormatInt(int64(n), 10) }

// lane is where an update is answered: in its chat, or with its user where no chat is known.
func (u *update) lane() lane {
	inChat := func(m *message) lane { return lane{'c', m.Chat.ID} }
	switch {
	case u.Message != nil:
		return inChat(u.Message)
	case u.EditedMessage != nil:
		return inChat(u.EditedMessage)
	case u.GuestMessage != nil:
		return lane{'g', u.GuestMessage.Chat.ID}
	case u.CallbackQuery != nil && u.CallbackQuery.Message != nil:
		return inChat(u.CallbackQuery.Message)
	case u.CallbackQuery != nil && u.CallbackQuery.From != nil:
		return lane{'u', u.CallbackQuery.From.ID}
	case u.InlineQuery != nil && u.InlineQuery.From != nil:
		return lane{'u', u.InlineQuery.From.ID}
	}
	return lane{'x', u.ID}
}

// receive asks the core about an update and returns what sends its reply, or nil where there is nothing to send.
func (a *Adapter) receive(ctx context.Context, u *update) func() {
	switch {
	case u.Message != nil:
		return a.heard(ctx, u.Message)
	case u.EditedMessage != nil:
		return a.corrected(ctx, u.EditedMessage)
	case u.GuestMessage != nil:
		return a.summoned(ctx, u.GuestMessage)
	case u.CallbackQuery != nil:
		return a.pressed(ctx, u.CallbackQuery)
	case u.InlineQuery != nil:
		return a.typed(ctx, u.InlineQuery)
	case u.MyChatMember != nil:
		a.log.InfoContext(ctx, "the bot's part in a chat changed", "chat", u.MyChatMember.Chat.Type, "to", u.MyChatMember.NewChatMember.Status)
	}
	return nil
}

// allowed says whether the bot may answer in a chat, or in the group that it was before.
func (a *Adapter) allowed(chat int64) bool {
	was, _ := a.before.Get(chat)
	return len(a.allow) == 0 || a.allow[chat] || a.allow[was]
}

// An answered is what came of a question in a private chat, so that the answer can follow when the question is edited.
type answered struct {
	mu   sync.Mutex
	text uint64 // hash of the question: Telegram reports edits that change nothing
	ids  []int64
}

// A messageKey names a message. A guest's message in a private chat is numbered apart from the bot's own chats.
type messageKey struct {
	chat, message int64
	elsewhere     bool
}

func (m *message) key() messageKey {
	return messageKey{m.Chat.ID, m.ID, m.GuestQuery != "" && m.Chat.private()}
}

func hash(q bot.Message) uint64 {
	h := fnv.New64a()
	io.WriteString(h, q.Command+"\x00"+q.Args+"\x00"+q.Text)
	return h.Sum64()
}

// heard answers a message.
func (a *Adapter) heard(ctx context.Context, m *message) func() {
	a.follow(m)
	if !a.allowed(m.Chat.ID) {
		return nil
	}
	q, ok := a.question(m)
	if !ok || !a.first(m) {
		return nil
	}
	to := reply(m)
	if q.Text == "" && q.Command == "" && m.any() {
		return func() { a.send(ctx, to, []outgoing{{part: part{Text: wordsOf(q.Locale).onlyText}}}) }
	}
	var memory *answered
	if m.Chat.private() {
		memory = &answered{text: hash(q)}
		a.answers.Add(m.key(), memory)
	}
	messages := a.ask(ctx, q, to, a.view(m.Chat, q.Locale))
	if len(messages) == 0 {
		return nil
	}
	return func() {
		ids := a.send(ctx, to, messages)
		if memory != nil {
			memory.mu.Lock()
			memory.ids = ids
			memory.mu.Unlock()
		}
	}
}

// first says whether a message has not been answered already: an album is many messages, and a guest's message may come a
// second time as an ordinary one.
func (a *Adapter) first(m *message) bool {
	if m.MediaGroup != "" {
		again, _ := a.albums.ContainsOrAdd(m.MediaGroup, struct{}{})
		if again && m.Caption == "" {
			return false
		}
	}
	again, _ := a.messages.ContainsOrAdd(m.key(), struct{}{})
	return !again
}

// follow notes that a group has become a supergroup, which has another id.
func (a *Adapter) follow(m *message) {
	from, to := m.Chat.ID, m.MigrateTo
	if m.MigrateFrom != 0 {
		from, to = m.MigrateFrom, m.Chat.ID
	}
	if to != 0 {
		a.migrated(from, to)
	}
}

func (a *Adapter) migrated(from, to int64) {
	a.moved.Add(from, to)
	a.before.Add(to, from)
}

// reply is where the answer to a message goes: into its topic, and in a group as a reply to it.
func reply(m *message) target {
	to := target{chat: m.Chat.ID, topic: m.topic()}
	if m.DirectTopic != nil {
		to.direct = m.DirectTopic.Topic
	}
	if !m.Chat.private() {
		to.replyTo = m.ID
	}
	return to
}

func (a *Adapter) view(c chat, language string) view {
	return view{group: !c.private(), share: a.me.Load().Inline, language: language}
}

// ask gets the core's reply as messages to send.
func (a *Adapter) ask(ctx context.Context, q bot.Message, to target, v view) []outgoing {
	r := a.open(ctx, q, to)
	if r.Kind == bot.KindNone {
		return nil
	}
	if aboutUse(q) && r.Kind == bot.KindHelp {
		v.extra = a.howToReach(q.Locale)
	}
	say := wordsOf(r.Lang, v.language)
	if v.group && len(r.Choices) > 0 && q.Command == "ask" && q.Args == "" {
		// A reply is the one thing that privacy mode surely lets through, so ask for one. It cannot have the buttons beside it
		// that the core's words speak of.
		r = bot.Reply{Kind: r.Kind, Text: say.ask}
	}
	text, keys := render(r, v)
	out := pages(text, keys)
	if v.group && keys == nil && len(out) > 0 {
		out[len(out)-1].force = &forceReply{Force: true, Placeholder: say.placeholder, Selective: true}
	}
	return out
}

// open gets the core's reply, also to what a link to the bot was made for: t.me/bot?start=<entry>.
func (a *Adapter) open(ctx context.Context, q bot.Message, to target) bot.Reply {
	if q.Command == "start" && q.Args != "" {
		link := q
		link.Command, link.Args, link.Action = "", "", entryAction+q.Args
		q.Args = ""
		if r := a.reply(ctx, link, to); r.Kind != bot.KindNotice {
			return r
		}
	}
	return a.reply(ctx, q, to)
}

// aboutUse says whether a message asks how to use the bot.
func aboutUse(q bot.Message) bool {
	return q.Command == "help" || q.Command == "start" || strings.HasPrefix(q.Action, "c:help:")
}

// howToReach says how the bot is asked on Telegram, as its account is set up.
func (a *Adapter) howToReach(language string) string {
	me, say := a.me.Load(), wordsOf(language)
	how := []string{say.inGroups, say.deaf}
	if me.ReadsAllGroups {
		how = []string{say.mentions}
	}
	if me.Guest {
		how = append(how, say.guest)
	}
	if me.Inline {
		how = append(how, say.inline)
	}
	return strings.ReplaceAll(strings.Join(how, " "), "@bot", "@"+me.Username)
}

// reply asks the core. Where that takes long the bot is seen typing, and a panic becomes an apology.
func (a *Adapter) reply(ctx context.Context, q bot.Message, to target) (r bot.Reply) {
	if to.chat != 0 {
		slow := time.AfterFunc(a.timing.typing, func() {
			p := tgbotapi.Params{"chat_id": itoa(to.chat), "action": "typing"}
			p.AddNonZero64("message_thread_id", to.topic)
			a.api.try(ctx, "sendChatAction", p, nil)
		})
		defer slow.Stop()
	}
	r = bot.Reply{Kind: bot.KindNotice, Text: wordsOf(q.Locale).wentWrong}
	a.guard(ctx, func() { r = a.core.Reply(ctx, q) })
	return r
}

// corrected answers an edited question in a private chat by editing the answer. Of a question that nobody remembers, from
// before a restart, nothing is known: Telegram reports edits in which no word changed.
func (a *Adapter) corrected(ctx context.Context, m *message) func() {
	if !m.Chat.private() || !a.allowed(m.Chat.ID) {
		return nil
	}
	memory, ok := a.answers.Get(m.key())
	if !ok {
		return nil
	}
	q, ok := a.question(m)
	if !ok || hash(q) == memory.text {
		return nil
	}
	memory.text = hash(q)
	to := reply(m)
	messages := a.ask(ctx, q, to, a.view(m.Chat, q.Locale))
	if len(messages) == 0 {
		return nil
	}
	return func() {
		memory.mu.Lock()
		defer memory.mu.Unlock()
		memory.ids = a.amend(ctx, to, memory.ids, messages)
	}
}

// pressed carries out a button. The press itself is acknowledged at once, so that no spinner hangs.
func (a *Adapter) pressed(ctx context.Context, c *callbackQuery) func() {
	var once sync.Once
	ack := func(text string) {
		once.Do(func() { a.acks.Go(func() { a.acknowledge(ctx, c.ID, text) }) })
	}
	slow := time.AfterFunc(a.timing.typing, func() { ack("") })
	defer slow.Stop()
	toast, send := a.carryOut(ctx, c)
	ack(toast)
	return send
}

func (a *Adapter) acknowledge(ctx context.Context, id, text string) {
	ctx, cancel := context.WithTimeout(ctx, callTimeout)
	defer cancel()
	p := tgbotapi.Params{"callback_query_id": id}
	p.AddNonEmpty("text", shorten(text, 200))
	err := a.api.call(ctx, "answerCallbackQuery", p, nil)
	var e *Error
	if errors.As(err, &e) && e.says("query is too old") {
		return // the bot was away; the spinner has stopped by itself
	}
	switch {
	case err != nil && text != "":
		a.giveUp(ctx, "a press could not be answered", err)
	case err != nil:
		a.complain(ctx, "a press could not be acknowledged", err)
	case text != "":
		request.Sent(ctx)
	}
}

// carryOut does what a button says. It returns what to show for a moment and what sends the reply.
func (a *Adapter) carryOut(ctx context.Context, c *callbackQuery) (toast string, send func()) {
	if c.From == nil || c.Data == "" || (c.Message == nil && c.InlineMessage == "") {
		return "", nil
	}
	how, action := rune(c.Data[0]), c.Data[1:]
	q := bot.Message{
		Platform: "telegram", User: "telegram:" + itoa(c.From.ID), Locale: c.From.Language, Action: action,
		Conversation: "telegram:inline:" + itoa(c.From.ID),
	}
	to, v, here := target{inline: c.InlineMessage}, view{inline: true, share: a.me.Load().Inline, language: q.Locale}, int64(0)
	if m := c.Message; m != nil {
		if !a.allowed(m.Chat.ID) || m.Chat.Type == "channel" {
			return "", nil // in channels the bot says nothing
		}
		to, v, here = reply(m), a.view(m.Chat, q.Locale), m.ID
		q.Conversation, q.Private, q.Channel = conversation(m.Chat, m.topic(), c.From.ID), m.Chat.private(), "telegram:"+itoa(m.Chat.ID)
	} else if !a.allowed(c.From.ID) {
		return "", nil
	}
	switch how {
	case pressFollow:
		if c.Message == nil {
			return "", nil
		}
		return "", func() { a.send(ctx, to, []outgoing{a.prompt(c, &to)}) }
	case pressNew, pressHere, pressRate:
	default:
		// A button of another kind, or of a version long gone. The core says so.
		q.Action = c.Data
	}
	if q.Action == "" {
		return "", nil
	}
	r := a.reply(ctx, q, target{})
	switch {
	case r.Kind == bot.KindNone:
		return "", nil
	case r.Kind == bot.KindNotice && len(r.Choices) == 0:
		return r.Text, nil
	case r.Kind == bot.KindNotice && how == pressRate && (v.group || v.inline):
		return wordsOf(q.Locale).noted, nil // one person's thumb is nothing that the others in a chat have to read
	}
	if aboutUse(q) && r.Kind == bot.KindHelp {
		v.extra = a.howToReach(q.Locale)
	}
	text, keys := render(r, v)
	if how == pressHere || to.inline != "" {
		o := outgoing{part: text.first(maxText), keyboard: keys}
		return "", func() {
			if _, err := a.edit(ctx, to, here, o); err != nil {
				a.giveUp(ctx, "a message could not be edited", err)
				return
			}
			request.Sent(ctx)
		}
	}
	return "", func() { a.send(ctx, to, pages(text, keys)) }
}

// prompt asks whoever pressed for the next question, in a form that their reply goes to the bot.
func (a *Adapter) prompt(c *callbackQuery, to *target) outgoing {
	var s styled
	say := wordsOf(c.From.Language)
	// The reply box opens for those that the text mentions.
	s.add(say.you, "text_mention")
	s.entities[0].User = &user{ID: c.From.ID, IsBot: c.From.IsBot, Name: c.From.Name}
	s.add(say.next, "")
	return outgoing{part: s.first(maxText), force: &forceReply{Force: true, Placeholder: say.placeholder, Selective: true}}
}
