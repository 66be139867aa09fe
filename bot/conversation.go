package bot

type conversations struct{}

func newConversations() *conversations { return &conversations{} }
