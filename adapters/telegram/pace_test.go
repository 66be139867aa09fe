package telegram

import (
	"context"
	"math/rand/v2"
	"sync"
	"testing"
	"testing/synctest"
	"time"
)

// However calls take their time, no limit is broken as a server counts it, and none of the room is left unused.
func TestPace(t *testing.T) {
	for _, tc := range []struct {
		name           string
		chats, each    int
		group          bool
		fastest, slack time.Duration // how long it takes at best, and how much longer it may
	}{
		{"many chats", 120, 1, false, 4 * time.Second, 2 * time.Second},
		{"one chat", 1, 10, false, 9 * time.Second, 3 * time.Second},
		{"one group", 1, 45, true, 2 * time.Minute, 20 * time.Second},
		{"groups side by side", 10, 25, true, time.Minute, 20 * time.Second},
	} {
		t.Run(tc.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				p := newPacer(DefaultPace)
				rng := rand.New(rand.NewPCG(1, 2))
				var mu sync.Mutex
				arrived := map[int64][]time.Time{}
				var all []time.Time
				began := time.Now()
				var wg sync.WaitGroup
				for c := range tc.chats {
					chat := int64(c + 1)
					if tc.group {
						chat = -chat
					}
					wg.Go(func() {
						for range tc.each {
							end, err := p.take(t.Context(), chat)
							if err != nil {
								t.Error(err)
								return
							}
							mu.Lock()
							before, after := time.Duration(rng.IntN(100))*time.Millisecond, time.Duration(rng.IntN(100))*time.Millisecond
							mu.Unlock()
							time.Sleep(before)
							mu.Lock()
							arrived[chat] = append(arrived[chat], time.Now())
							all = append(all, time.Now())
							mu.Unlock()
							time.Sleep(after)
							end()
						}
					})
				}
				wg.Wait()
				if d := time.Since(began); d < tc.fastest || d > tc.fastest+tc.slack {
					t.Errorf("it took %v, want %v and a little", d, tc.fastest)
				}
				within := func(list []time.Time, r Rate, what string) {
					for i := r.N; i < len(list); i++ {
						if d := list[i].Sub(list[i-r.N]); d < r.Per {
							t.Fatalf("%s: %d messages within %v", what, r.N+1, d)
						}
					}
				}
				within(all, DefaultPace.All, "over all chats")
				for _, list := range arrived {
					within(list, DefaultPace.Chat, "in a chat")
					if tc.group {
						within(list, DefaultPace.Group, "in a group")
					}
				}
				// What is long past is forgotten.
				time.Sleep(5 * time.Minute)
				end, _ := p.take(t.Context(), 777)
				end()
				if n := len(p.chats); n > 1 {
					t.Errorf("%d chats are remembered", n)
				}
			})
		})
	}
}

// Whoever gives up waiting leaves nothing behind.
func TestPaceGivenUp(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := newPacer(Pace{All: Rate{1, time.Second}, Chat: Rate{1, time.Second}})
		end, _ := p.take(t.Context(), 1)
		ctx, cancel := context.WithTimeout(t.Context(), 100*time.Millisecond)
		defer cancel()
		for _, chat := range []int64{1, 2} {
			if _, err := p.take(ctx, chat); err == nil {
				t.Error("two messages within a second")
			}
		}
		end()
		time.Sleep(time.Second)
		began := time.Now()
		for range 2 {
			end, err := p.take(t.Context(), 2)
			if err != nil {
				t.Fatal(err)
			}
			end()
		}
		if d := time.Since(began); d != time.Second {
			t.Errorf("two messages took %v", d)
		}
	})
}

func TestBackoff(t *testing.T) {
	for n, most := range map[int]time.Duration{1: 500 * time.Millisecond, 2: time.Second, 5: 8 * time.Second, 7: 30 * time.Second, 1000: 30 * time.Second} {
		for range 100 {
			if d := backoff(n); d < most/2 || d >= most {
				t.Fatalf("after %d failures %v, want %v to %v", n, d, most/2, most)
			}
		}
	}
}
