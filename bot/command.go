package bot

import "context"

func (b *Bot) run(ctx context.Context, m Message) Reply {
	return Reply{Kind: KindNotice, Text: "There is no such command."}
}

func (b *Bot) act(ctx context.Context, m Message) Reply {
	return Reply{Kind: KindNotice, Text: "That button is of no use any more."}
}
