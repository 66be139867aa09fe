package discord

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"slices"
	"strings"
	"time"

	"summitbot/adapters/request"
	"summitbot/bot"
)

// Discord's windows: for the response to an interaction, and for edits of it.
const (
	respondWithin = 3 * time.Second
	editWithin    = 15 * time.Minute
)

// The types of interactions.
const (
	interactionCommand  = 2
	interactionPress    = 3
	interactionTyping   = 4
	interactionFormSent = 5
)

// The types of responses.
const (
	respondMessage     = 4
	respondLater       = 5 // with a message
	respondLaterUpdate = 6 // with an edit of the message pressed on
	respondUpdate      = 7
	respondChoices     = 8
	respondForm        = 9
)

// The types of commands.
const (
	commandSlash = 1
	commandMenu  = 3
)

const (
	maxChoices = 25
	maxChoice  = 100
)

type interaction struct {
	ID        string    `json:"id"`
	AppID     string    `json:"application_id"`
	Type      int       `json:"type"`
	Token     string    `json:"token"`
	GuildID   string    `json:"guild_id"`
	ChannelID string    `json:"channel_id"`
	Channel   channel   `json:"channel"`
	Context   *int      `json:"context"` // 0 a server, 1 a direct message, 2 people among themselves
	Locale    string    `json:"locale"`
	Data      matter    `json:"data"`
	User      user      `json:"user"`   // in private
	Member    member    `json:"member"` // in a server
	Message   pressedOn `json:"message"`
}

type member struct {
	User user `json:"user"`
}

// A matter is what an interaction is about; which parts there are depends on its type.
type matter struct {
	Name       string      `json:"name"`
	Type       int         `json:"type"`
	Options    []option    `json:"options"`
	TargetID   string      `json:"target_id"`
	Resolved   resolved    `json:"resolved"`
	CustomID   string      `json:"custom_id"`
	Components []component `json:"components"`
}

type option struct {
	Name    string          `json:"name"`
	Value   json.RawMessage `json:"value"`
	Focused bool            `json:"focused"`
}

func (o option) text() string {
	var s string
	_ = json.Unmarshal(o.Value, &s) // another type than text is none
	return s
}

type resolved struct {
	Messages map[string]message `json:"messages"`
}

type pressedOn struct {
	Flags       int             `json:"flags"`
	Interaction json.RawMessage `json:"interaction_metadata"` // there if the message answers an interaction
}

func (i interaction) author() user {
	if i.Member.User.ID != "" {
		return i.Member.User
	}
	return i.User
}

// alone says that only the author and the bot are in the channel.
func (i interaction) alone() bool {
	if i.Context != nil {
		return *i.Context == 1
	}
	return i.GuildID == ""
}

// onInteraction queues what somebody did with a command, a button or a form.
func (a *Adapter) onInteraction(ctx context.Context, raw json.RawMessage) {
	var i interaction
	if !decode(raw, &i) || !isID(i.ID) || i.Token == "" || i.author().ID == "" || strings.ContainsAny(i.Token, "/?#") {
		a.stats.malformed.Add(1)
		return
	}
	if i.author().Bot || !a.seen.first(i.ID) {
		return
	}
	came := time.Now()
	switch i.Type {
	case interactionTyping:
		a.enqueue(ctx, i.ID, func() { a.complete(ctx, i, came) })
	case interactionCommand, interactionPress, interactionFormSent:
		// Each by itself: behind a slow one the next would be late.
		a.enqueue(ctx, i.ID, func() { a.respond(ctx, i, came) })
	}
}

// complete offers what somebody who types may mean.
func (a *Adapter) complete(ctx context.Context, i interaction, came time.Time) {
	d := i.Data
	type choice struct {
		Name  string `json:"name"`
		Value string `json:"value"`
	}
	choices := []choice{}
	for _, o := range d.Options {
		if !o.Focused {
			continue
		}
		for _, c := range a.core.Complete(d.Name, o.Name, o.text(), maxChoices) {
			name := shorten(strings.ToValidUTF8(c.Label, ""), maxChoice)
			if name != "" && c.Action != "" && size(c.Action) <= maxChoice && len(choices) < maxChoices {
				choices = append(choices, choice{name, c.Action})
			}
		}
	}
	ctx, cancel := context.WithDeadline(ctx, came.Add(respondWithin))
	defer cancel()
	if err := a.callback(ctx, i, respondChoices, map[string]any{"choices": choices}); err != nil {
		// What somebody still types is soon of no interest.
		a.log.DebugContext(ctx, "discord: could not complete", "error", err)
	}
}

// A scene is where an interaction's answer goes.
type scene struct {
	setting
	quiet   bool // only whoever asked sees the answer
	replace bool // the answer takes the place of the message that was pressed on
	whisper bool // quiet in private as well, where it can be dismissed
}

// respond answers a command, a press or a form.
func (a *Adapter) respond(ctx context.Context, i interaction, came time.Time) {
	if !a.config.allows(i.GuildID, i.ChannelID, i.Channel.threadOf()) {
		a.show(ctx, i, came, bot.Reply{Kind: bot.KindNotice, Text: wordsIn(i.Locale).elsewhere}, scene{quiet: true})
		return
	}
	m, s, ok := a.understand(i)
	if !ok {
		ctx, cancel := context.WithDeadline(ctx, came.Add(respondWithin))
		defer cancel()
		p, _ := parsePress(i.Data.CustomID)
		if err := a.callback(ctx, i, respondForm, form(p, wordsIn(i.Locale))); err != nil {
			a.failedTo(ctx, "open a form", err)
		}
		return
	}
	if i.Data.Type == commandMenu && m.Text == "" {
		a.show(ctx, i, came, bot.Reply{Kind: bot.KindNotice, Text: wordsIn(i.Locale).wordless}, s)
		return
	}
	thinking, cancel := context.WithTimeout(ctx, editWithin)
	defer cancel()
	announced := make(chan bool, 1)
	patience := time.AfterFunc(a.times.thinking-time.Since(came), func() { announced <- a.announce(ctx, i, came, s) })
	r := a.think(thinking, m)
	silent := r.Kind == bot.KindNone
	if silent {
		// Without a response Discord says that the application did not respond, from which nobody learns what to do.
		r = bot.Reply{Kind: bot.KindNotice, Text: wordsIn(i.Locale).wait}
	}
	if patience.Stop() {
		s.whisper, s.replace = s.whisper || silent, s.replace && !silent
		a.show(ctx, i, came, r, s)
	} else if <-announced && !(silent && s.replace) {
		a.showLate(ctx, i, came, r, s)
	}
}

// understand turns an interaction into a message for the core. It fails for a press that asks for a form.
func (a *Adapter) understand(i interaction) (m bot.Message, s scene, ok bool) {
	d := i.Data
	author := i.author()
	m = bot.Message{
		Platform: "discord", Conversation: conversation(i.ChannelID, author.ID), User: "discord:" + author.ID, Channel: "discord:" + i.ChannelID, Locale: i.Locale,
		Private: i.alone(),
	}
	s.owner, s.follow, s.locale = author.ID, true, i.Locale
	on := i.Message
	switch i.Type {
	case interactionCommand:
		if d.Type == commandMenu {
			target := d.Resolved.Messages[d.TargetID]
			m.Text = target.wording(a.self())
			s.about = linkTo(i, d.TargetID)
			return m, s, true
		}
		c := a.commands[d.Name]
		m.Command, m.Args = d.Name, arguments(c, d.Options)
		s.quiet = c.Private
	case interactionFormSent:
		p, _ := parsePress(d.CustomID)
		m.Text, m.Topic = entered(d.Components, 3), p.action
		s.quiet = on.Flags&flagEphemeral != 0
	case interactionPress:
		p, known := parsePress(d.CustomID)
		if known && p.kind == pressFollow {
			return m, s, false
		}
		m.Action = p.action
		if m.Action == "" {
			m.Action = "-" // of no meaning, as the core will say
		}
		own := !known || p.owner == author.ID || i.alone()
		s.quiet = !own || on.Flags&flagEphemeral != 0
		switch p.kind {
		case pressMeant, pressTurn:
			s.replace = own
		case pressRate:
			s.quiet, s.whisper = true, true
		}
		if s.replace {
			s.follow = len(on.Interaction) > 0
		}
	}
	return m, s, true
}

// quietly says whether a reply is for whoever asked alone.
func (a *Adapter) quietly(i interaction, r bot.Reply, s scene) bool {
	switch {
	case s.whisper:
		return true
	case i.alone():
		return false
	case s.quiet, r.Kind == bot.KindHelp, r.Kind == bot.KindNotice:
		return true
	}
	return r.Kind == bot.KindClarify && a.traffic.busy(i.ChannelID)
}

// show responds at once.
func (a *Adapter) show(ctx context.Context, i interaction, came time.Time, r bot.Reply, s scene) {
	ctx, cancel := context.WithDeadline(ctx, came.Add(respondWithin))
	defer cancel()
	kind, p := respondMessage, a.render(r, s.setting)
	switch {
	case s.replace:
		kind = respondUpdate
	case a.quietly(i, r, s):
		p.Flags = flagEphemeral
	}
	if err := a.callback(ctx, i, kind, p); err != nil {
		a.failedTo(ctx, "respond to an interaction", err, "after", time.Since(came).Round(time.Millisecond))
		return
	}
	request.Sent(ctx)
}

// announce tells whoever asked that the answer takes longer than Discord waits, and says whether it could.
func (a *Adapter) announce(ctx context.Context, i interaction, came time.Time, s scene) bool {
	ctx, cancel := context.WithDeadline(ctx, came.Add(respondWithin))
	defer cancel()
	var err error
	switch {
	case s.replace:
		err = a.callback(ctx, i, respondLaterUpdate, nil)
	case s.whisper || s.quiet && !i.alone():
		err = a.callback(ctx, i, respondLater, map[string]any{"flags": flagEphemeral})
	default:
		err = a.callback(ctx, i, respondLater, nil)
	}
	if err != nil {
		a.failedTo(ctx, "announce an answer", err)
	}
	return err == nil
}

// showLate shows an answer that was announced.
func (a *Adapter) showLate(ctx context.Context, i interaction, came time.Time, r bot.Reply, s scene) {
	ctx, cancel := context.WithDeadline(ctx, came.Add(editWithin))
	defer cancel()
	err := a.api.do(ctx, call{
		method: http.MethodPatch, path: "/webhooks/" + i.AppID + "/" + i.Token + "/messages/@original", name: "showing an answer",
		bucket: "interaction " + i.ID, body: a.render(r, s.setting), secret: i.Token, repeatable: true, interaction: true,
	}, nil)
	if err != nil {
		a.failedTo(ctx, "show an answer", err)
		return
	}
	request.Sent(ctx)
}

// callback responds to an interaction. That Discord knows the response already means that an earlier attempt arrived.
func (a *Adapter) callback(ctx context.Context, i interaction, kind int, data any) error {
	body := struct {
		Type int `json:"type"`
		Data any `json:"data,omitempty"`
	}{kind, data}
	err := a.api.do(ctx, call{
		method: http.MethodPost, path: "/interactions/" + i.ID + "/" + i.Token + "/callback", name: "responding to an interaction",
		bucket: "interaction " + i.ID, body: body, secret: i.Token, repeatable: true, interaction: true,
	}, nil)
	if refused(err, codeAcknowledged) {
		return nil
	}
	if errors.Is(err, context.DeadlineExceeded) {
		a.stats.late.Add(1)
	}
	return err
}

// arguments are a command's options in the order in which the command declares them.
func arguments(c bot.Command, given []option) string {
	slices.SortStableFunc(given, func(x, y option) int { return place(c, x.Name) - place(c, y.Name) })
	var args []string
	for _, o := range given {
		if t := strings.TrimSpace(o.text()); t != "" {
			args = append(args, t)
		}
	}
	return strings.Join(args, " ")
}

func place(c bot.Command, name string) int {
	return slices.IndexFunc(c.Options, func(o bot.Option) bool { return o.Name == name })
}

// entered is what somebody wrote into a form: the value of its first field, in a row or in a label.
func entered(components []component, depth int) string {
	for _, c := range components {
		if c.Value != "" {
			return c.Value
		}
		if depth == 0 {
			continue
		}
		if c.Component != nil {
			c.Components = []component{*c.Component}
		}
		if t := entered(c.Components, depth-1); t != "" {
			return t
		}
	}
	return ""
}

// form asks for a follow-up in words. The example is what the core understands.
func form(p press, w words) any {
	type input struct {
		Type        int    `json:"type"`
		CustomID    string `json:"custom_id"`
		Style       int    `json:"style"`
		Max         int    `json:"max_length"`
		Required    bool   `json:"required"`
		Placeholder string `json:"placeholder"`
	}
	type label struct {
		Type      int    `json:"type"`
		Label     string `json:"label"`
		Component input  `json:"component"`
	}
	return map[string]any{
		"custom_id": p.id(), "title": w.follow,
		"components": []label{{18, w.question, input{4, "question", 1, 1000, true, "and who led it?"}}},
	}
}

// linkTo is the address of a message in the channel of an interaction.
func linkTo(i interaction, messageID string) string {
	guild := i.GuildID
	if guild == "" {
		guild = "@me"
	}
	if !isID(i.ChannelID) || !isID(messageID) || guild != "@me" && !isID(guild) {
		return ""
	}
	return "https://discord.com/channels/" + guild + "/" + i.ChannelID + "/" + messageID
}
