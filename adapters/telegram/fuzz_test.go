package telegram

import (
	"bytes"
	"encoding/json"
	"io"
	"net/http"
	"testing"

	"summitbot/adapters/telegram/telegramtest"
	"summitbot/bot"
)

// agreeable is a Telegram that says yes to everything.
type agreeable struct{}

func (agreeable) RoundTrip(r *http.Request) (*http.Response, error) {
	io.Copy(io.Discard, r.Body)
	body := io.NopCloser(bytes.NewReader([]byte(`{"ok":true,"result":{"message_id":5}}`)))
	return &http.Response{StatusCode: 200, Body: body, Header: http.Header{}, Request: r}, nil
}

// Whatever comes as an update, with holes, other types and new fields, costs at most itself.
func FuzzUpdate(f *testing.F) {
	person := `{"id":7,"is_bot":false,"first_name":"x","language_code":"pt"}`
	group := `{"id":-100,"type":"supergroup","is_forum":true}`
	for _, seed := range []string{
		`{"update_id":1,"message":{"message_id":1,"date":1,"chat":{"id":7,"type":"private"},"from":` + person + `,"text":"/who@SummitBot lavrov","entities":[{"type":"bot_command","offset":0,"length":14}]}}`,
		`{"update_id":2,"message":{"message_id":1,"date":1,"chat":` + group + `,"from":` + person + `,"text":"🇺🇦 @SummitBot who?","entities":[{"type":"mention","offset":5,"length":10}],"message_thread_id":5,"is_topic_message":true,"reply_to_message":{"message_id":2,"from":{"id":123456789,"is_bot":true},"reply_markup":{"inline_keyboard":[[{"text":"x","callback_data":"!up:y"}]]}}}}`,
		`{"update_id":3,"edited_message":{"message_id":1,"chat":{"id":7,"type":"private"},"from":` + person + `,"caption":"x","photo":[{}],"caption_entities":[{"type":"text_mention","offset":-1,"length":99999,"user":` + person + `}]}}`,
		`{"update_id":4,"guest_message":{"message_id":1,"guest_query_id":"5","chat":` + group + `,"from":` + person + `,"text":"@SummitBot"}}`,
		`{"update_id":5,"callback_query":{"id":"5","from":` + person + `,"data":">e:ushakov","message":{"message_id":0,"date":0,"chat":` + group + `}}}`,
		`{"update_id":6,"callback_query":{"id":"5","from":` + person + `,"data":"=c:timeline::2","inline_message_id":"x"}}`,
		`{"update_id":7,"callback_query":{"id":"5","from":` + person + `,"data":"?"}}`,
		`{"update_id":8,"inline_query":{"id":"5","from":` + person + `,"query":"ushakov","offset":""}}`,
		`{"update_id":9,"my_chat_member":{"chat":` + group + `,"new_chat_member":{"status":"kicked"}}}`,
		`{"update_id":10,"message":{"message_id":1,"chat":` + group + `,"migrate_to_chat_id":5,"from":null,"sender_chat":` + group + `}}`,
		`{"update_id":11,"message":{"media_group_id":"x","chat":{"id":7,"type":"private"},"from":` + person + `,"sticker":{},"direct_messages_topic":{"topic_id":9}}}`,
		`{"update_id":12,"business_message":{},"poll":5}`, `{"update_id":-1}`, `{}`, `[]`, `{"update_id":1e99}`,
	} {
		f.Add([]byte(seed))
	}
	core := &script{}
	a, err := New(Config{Token: telegramtest.Token, Pace: &Pace{}}, core, nil)
	if err != nil {
		f.Fatal(err)
	}
	a.api.http.Transport = agreeable{}
	a.jobs = f.Context()
	a.me.Store(&account{user: user{ID: telegramtest.BotID, IsBot: true, Username: "SummitBot"}, Inline: true})
	f.Fuzz(func(t *testing.T, raw []byte) {
		var u update
		if json.Unmarshal(raw, &u) != nil {
			return
		}
		u.lane()
		a.jobs = t.Context()
		if send := a.receive(t.Context(), &u); send != nil { // a panic here fails the test
			send()
		}
		a.acks.Wait()
		core.mu.Lock()
		defer core.mu.Unlock()
		for _, q := range core.asked {
			set := 0
			for _, s := range []string{q.Text, q.Command, q.Action} {
				if s != "" {
					set++
				}
			}
			if set > 1 || q.Platform != "telegram" || q.Conversation == "" {
				t.Fatalf("the core was asked %+v", q)
			}
		}
		core.asked = []bot.Message{}
	})
}
