package main

import (
	"bufio"
	"context"
	"encoding/json"
	"os"

	"summitbot/bot"
	"summitbot/kb/summit"
)

func main() {
	b, ix, err := summit.Load()
	if err != nil {
		panic(err)
	}
	bt := bot.New(b, ix, bot.Options{})
	s := bufio.NewScanner(os.Stdin)
	s.Buffer(nil, 1<<22)
	for s.Scan() {
		var q struct{ Q, Conversation string }
		json.Unmarshal(s.Bytes(), &q)
		r := bt.Reply(context.Background(), bot.Message{Conversation: q.Conversation, Text: q.Q})
		type sug struct {
			Entry    string `json:"entry"`
			Question string `json:"question"`
			Text     string `json:"text"`
		}
		var ss []sug
		for _, x := range r.Suggestions {
			ss = append(ss, sug{x.Entry, x.Question, x.Text})
		}
		json.NewEncoder(os.Stdout).Encode(map[string]any{"kind": r.Kind, "entry": r.Entry, "confidence": r.Confidence, "lang": r.Lang, "text": r.Text, "suggestions": ss})
	}
}
