package telegram

import (
	"io"
	"log"
	"slices"
	"testing"
	"time"

	tgbotapi "github.com/go-telegram-bot-api/telegram-bot-api/v5"

	"summitbot/adapters/telegram/telegramtest"
	"summitbot/bot"
)

// BenchmarkLatency measures from an update's coming into being to the answer's arrival at Telegram, at a hundred questions a
// second from two hundred chats over loopback: a bare echo bot on the same library, then this adapter with a core that echoes,
// then with the real core. Pacing is off. Compare the figures of one run:
//
//	go test -run '^$' -bench Latency -benchtime 1000x ./adapters/telegram
func BenchmarkLatency(b *testing.B) {
	b.Run("bare-echo", func(b *testing.B) {
		srv := telegramtest.New(b)
		srv.Lenient = true
		api, err := tgbotapi.NewBotAPIWithAPIEndpoint(telegramtest.Token, srv.URL+"/bot%s/%s")
		if err != nil {
			b.Fatal(err)
		}
		tgbotapi.SetLogger(log.New(io.Discard, "", 0)) // it prints the token when the server ends
		b.Cleanup(api.StopReceivingUpdates)
		u := tgbotapi.NewUpdate(0)
		u.Timeout = 30
		updates := api.GetUpdatesChan(u)
		go func() {
			for u := range updates {
				if u.Message != nil {
					api.Send(tgbotapi.NewMessage(u.Message.Chat.ID, "re: "+u.Message.Text))
				}
			}
		}()
		measure(b, srv)
	})
	b.Run("adapter", func(b *testing.B) {
		srv := telegramtest.New(b)
		start(b, srv, &script{reply: func(m bot.Message) bot.Reply { return bot.Reply{Kind: bot.KindAnswer, Text: "re: " + m.Text} }})
		measure(b, srv)
	})
	b.Run("adapter-and-core", func(b *testing.B) {
		core, _ := real()
		srv := telegramtest.New(b)
		start(b, srv, core)
		measure(b, srv)
	})
}

func measure(b *testing.B, srv *telegramtest.Server) {
	const chats, every = 200, 10 * time.Millisecond
	person := func(i int) telegramtest.User {
		return telegramtest.User{ID: int64(9000 + i%chats), Name: "Somebody"}
	}
	ask := func(i int) time.Time {
		u := person(i)
		at := time.Now()
		srv.Say(telegramtest.Private(u), u, "when did Trump and Putin last meet?")
		return at
	}
	for i := range 20 { // connections are made, caches are warm
		ask(i)
	}
	srv.Await("the bot is warm", func() bool { return len(srv.Calls("sendMessage")) >= 20 })
	asked := make(map[int64][]time.Time, chats)
	b.ResetTimer()
	next := time.Now()
	for i := range b.N {
		time.Sleep(time.Until(next))
		next = next.Add(every)
		u := person(i + 20)
		asked[u.ID] = append(asked[u.ID], ask(i+20))
	}
	srv.Await("all is answered", func() bool { return len(srv.Calls("sendMessage")) >= 20+b.N })
	b.StopTimer()
	var took []time.Duration
	for _, c := range srv.Calls("sendMessage")[20:] {
		chat := c.Params.Int("chat_id")
		if len(asked[chat]) == 0 {
			b.Fatalf("an answer too many in chat %d", chat)
		}
		took = append(took, c.At.Sub(asked[chat][0]))
		asked[chat] = asked[chat][1:]
	}
	slices.Sort(took)
	ms := func(q float64) float64 {
		return float64(took[int(q*float64(len(took)-1))].Microseconds()) / 1000
	}
	b.ReportMetric(ms(.5), "median-ms")
	b.ReportMetric(ms(.99), "p99-ms")
	b.ReportMetric(0, "ns/op") // it is the pace of the questions
}
