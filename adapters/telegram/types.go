package telegram

import (
	"encoding/json"

	tgbotapi "github.com/go-telegram-bot-api/telegram-bot-api/v5"
)

// What arrives, as far as the adapter looks at it. The library's own Message and Update end with Bot API 5.5 of 2021 and
// lack topics, guest messages and quotes (its issue 622); and the fewer fields are read, the fewer can break the reading.

// An update is one thing that happened.
type update struct {
	ID            int64                       `json:"update_id"`
	Message       *message                    `json:"message"`
	EditedMessage *message                    `json:"edited_message"`
	GuestMessage  *message                    `json:"guest_message"`
	CallbackQuery *callbackQuery              `json:"callback_query"`
	InlineQuery   *inlineQuery                `json:"inline_query"`
	MyChatMember  *tgbotapi.ChatMemberUpdated `json:"my_chat_member"`
}

// allowedUpdates are the kinds that update has fields for. Telegram remembers the last list that it was sent and silently
// drops all else, so every getUpdates and setWebhook names them in full.
var allowedUpdates = []string{"message", "edited_message", "guest_message", "callback_query", "inline_query", "my_chat_member"}

// A user is whoever wrote or pressed; of the bot itself getMe tells more.
type user struct {
	ID       int64  `json:"id"`
	IsBot    bool   `json:"is_bot"`
	Name     string `json:"first_name"`
	Username string `json:"username,omitempty"`
	Language string `json:"language_code,omitempty"`
}

// An account is what getMe says about the bot.
type account struct {
	user
	CanJoinGroups  bool `json:"can_join_groups"`
	ReadsAllGroups bool `json:"can_read_all_group_messages"` // privacy mode is off
	Inline         bool `json:"supports_inline_queries"`
	Guest          bool `json:"supports_guest_queries"`
}

type chat struct {
	ID   int64  `json:"id"`
	Type string `json:"type"` // private, group, supergroup, channel
}

func (c chat) private() bool { return c.Type == "private" }
func (c chat) group() bool   { return c.Type == "group" || c.Type == "supergroup" }

// A message is what was written, or the message that a button hangs under.
type message struct {
	ID          int64 `json:"message_id"`
	Date        int64 `json:"date"` // 0 where the message is out of reach
	Thread      int64 `json:"message_thread_id"`
	IsTopic     bool  `json:"is_topic_message"`
	DirectTopic *struct {
		Topic int64 `json:"topic_id"`
	} `json:"direct_messages_topic"`
	From            *user     `json:"from"`
	SenderChat      *chat     `json:"sender_chat"`
	Chat            chat      `json:"chat"`
	ViaBot          *user     `json:"via_bot"`
	AutoForward     bool      `json:"is_automatic_forward"`
	GuestQuery      string    `json:"guest_query_id"`
	ReplyTo         *message  `json:"reply_to_message"`
	Text            string    `json:"text"`
	Entities        []entity  `json:"entities"`
	Caption         string    `json:"caption"`
	CaptionEntities []entity  `json:"caption_entities"`
	MediaGroup      string    `json:"media_group_id"`
	Keyboard        *keyboard `json:"reply_markup"`
	TopicOpened     *struct{} `json:"forum_topic_created"`
	MigrateTo       int64     `json:"migrate_to_chat_id"`
	MigrateFrom     int64     `json:"migrate_from_chat_id"`
	media
}

// media is what a message may carry instead of text. Only whether it is there matters.
type media struct {
	Animation json.RawMessage `json:"animation"`
	Audio     json.RawMessage `json:"audio"`
	Checklist json.RawMessage `json:"checklist"`
	Contact   json.RawMessage `json:"contact"`
	Dice      json.RawMessage `json:"dice"`
	Document  json.RawMessage `json:"document"`
	Game      json.RawMessage `json:"game"`
	LivePhoto json.RawMessage `json:"live_photo"`
	Location  json.RawMessage `json:"location"`
	PaidMedia json.RawMessage `json:"paid_media"`
	Photo     json.RawMessage `json:"photo"`
	Poll      json.RawMessage `json:"poll"`
	Rich      json.RawMessage `json:"rich_message"`
	Sticker   json.RawMessage `json:"sticker"`
	Story     json.RawMessage `json:"story"`
	Venue     json.RawMessage `json:"venue"`
	Video     json.RawMessage `json:"video"`
	VideoNote json.RawMessage `json:"video_note"`
	Voice     json.RawMessage `json:"voice"`
}

func (m media) any() bool {
	for _, part := range []json.RawMessage{
		m.Animation, m.Audio, m.Checklist, m.Contact, m.Dice, m.Document, m.Game, m.LivePhoto, m.Location, m.PaidMedia,
		m.Photo, m.Poll, m.Rich, m.Sticker, m.Story, m.Venue, m.Video, m.VideoNote, m.Voice,
	} {
		if len(part) > 0 && string(part) != "null" {
			return true
		}
	}
	return false
}

// An entity is a stretch of a text with something about it. The library's own leaves the fields of a user out where they are
// false or empty, and Telegram calls two of them required.
type entity struct {
	Type   string `json:"type"`
	Offset int    `json:"offset"`
	Length int    `json:"length"`
	User   *user  `json:"user,omitempty"` // of a text_mention
}

// words are a message's text or caption, with what Telegram found in it.
func (m *message) words() (string, []entity) {
	if m.Text != "" {
		return m.Text, m.Entities
	}
	return m.Caption, m.CaptionEntities
}

// topic is the thread that a reply has to name so that it does not land elsewhere. Other threads are of replies, and
// Telegram refuses their ids.
func (m *message) topic() int64 {
	if m.IsTopic {
		return m.Thread
	}
	return 0
}

type callbackQuery struct {
	ID            string   `json:"id"`
	From          *user    `json:"from"`
	Message       *message `json:"message"`
	InlineMessage string   `json:"inline_message_id"` // where the button hangs under a message that was sent inline or as a guest
	Data          string   `json:"data"`
}

type inlineQuery struct {
	ID     string `json:"id"`
	From   *user  `json:"from"`
	Query  string `json:"query"`
	Offset string `json:"offset"` // of the results wanted; the bot gives all at once
}

// What leaves, where the library has no type or an old one.

type keyboard struct {
	Rows [][]button `json:"inline_keyboard"`
}

type button struct {
	Text   string  `json:"text"`
	Data   string  `json:"callback_data,omitempty"`
	Switch *string `json:"switch_inline_query,omitempty"`
	Style  string  `json:"style,omitempty"`
}

type replyParameters struct {
	Message      int64 `json:"message_id"`
	AllowMissing bool  `json:"allow_sending_without_reply"`
}

type linkPreview struct {
	Disabled bool `json:"is_disabled"`
}

type forceReply struct {
	Force       bool   `json:"force_reply"`
	Placeholder string `json:"input_field_placeholder,omitempty"`
	Selective   bool   `json:"selective"`
}

// An article is the one kind of inline result that the bot gives.
type article struct {
	Type        string      `json:"type"` // article
	ID          string      `json:"id"`
	Title       string      `json:"title"`
	Description string      `json:"description,omitempty"`
	Content     textContent `json:"input_message_content"`
	Keyboard    *keyboard   `json:"reply_markup,omitempty"`
}

type textContent struct {
	Text     string      `json:"message_text"`
	Entities []entity    `json:"entities,omitempty"`
	Preview  linkPreview `json:"link_preview_options"`
}
