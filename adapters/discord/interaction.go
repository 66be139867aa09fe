package discord

import (
	"context"
	"encoding/json"
	"time"

	"summitbot/bot"
)

// The kinds of interactions and of responses to them.
const (
	interactionCommand = 2
	respondMessage     = 4
)

type interaction struct {
	ID        string           `json:"id"`
	AppID     string           `json:"application_id"`
	Type      int              `json:"type"`
	Token     string           `json:"token"`
	GuildID   string           `json:"guild_id"`
	ChannelID string           `json:"channel_id"`
	Locale    string           `json:"locale"`
	Data      optional[data]   `json:"data"`
	User      optional[user]   `json:"user"` // in private
	Member    optional[member] `json:"member"`
}

type member struct {
	User optional[user] `json:"user"`
}

type data struct {
	Name    string             `json:"name"`
	Options optional[[]option] `json:"options"`
}

type option struct {
	Name  string          `json:"name"`
	Value json.RawMessage `json:"value"`
}

func (o option) text() string {
	var s string
	if json.Unmarshal(o.Value, &s) != nil {
		return ""
	}
	return s
}

func (i interaction) author() user {
	if m := i.Member.get(); m.User.v != nil {
		return m.User.get()
	}
	return i.User.get()
}

// interaction queues what somebody did with a command.
func (a *Adapter) interaction(raw json.RawMessage) {
	var i interaction
	if json.Unmarshal(raw, &i) != nil || i.ID == "" || i.Token == "" || i.author().ID == "" {
		a.stats.malformed.Add(1)
		return
	}
	if !a.seen.first(i.ID) {
		return
	}
	came := time.Now()
	a.enqueue("user "+i.author().ID, func() { a.respond(i, came) })
}

func (a *Adapter) respond(i interaction, came time.Time) {
	ctx, cancel := context.WithDeadline(a.work, came.Add(3*time.Second))
	defer cancel()
	d := i.Data.get()
	m := bot.Message{
		Platform: "discord", Conversation: conversation(i.ChannelID, i.author().ID), User: "discord:" + i.author().ID, Locale: i.Locale,
		Private: i.GuildID == "",
	}
	for _, o := range d.Options.get() {
		m.Text = o.text()
	}
	p := render(a.core.Reply(ctx, m), setting{owner: i.author().ID, follow: true})
	err := a.api.do(ctx, call{
		method: "POST", path: "/interactions/" + i.ID + "/" + i.Token + "/callback", name: "responding to an interaction",
		bucket: "interaction " + i.ID, secret: i.Token, repeatable: true, interaction: true,
		body: map[string]any{"type": respondMessage, "data": p},
	}, nil)
	if err != nil && !refused(err, codeAcknowledged) {
		a.failedTo("answer a command", err)
	}
}
