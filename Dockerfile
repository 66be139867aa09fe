# The image holds one static binary, CA roots and time zones: no shell, no package manager, no root. Two builds of the same
# sources, with the same arguments, give the same binary.
FROM --platform=$BUILDPLATFORM golang:1.26.8-bookworm AS build
WORKDIR /src
COPY go.mod go.sum ./
RUN go mod download
COPY . .
# Without defaults: a default would outweigh what the builder sets for the platform. Empty, Go takes the machine's own.
ARG TARGETOS TARGETARCH
ARG VERSION=dev COMMIT=unknown DATE=unknown
RUN CGO_ENABLED=0 GOOS=$TARGETOS GOARCH=$TARGETARCH go build -trimpath -buildvcs=false \
      -ldflags "-s -w -buildid= -X main.version=$VERSION -X main.commit=$COMMIT -X main.date=$DATE" \
      -o /summitbot ./cmd/summitbot

FROM scratch
COPY --from=build /etc/ssl/certs/ca-certificates.crt /etc/ssl/certs/
COPY --from=build /usr/local/go/lib/time/zoneinfo.zip /zoneinfo.zip
COPY --from=build /src/LICENSE /src/kb/match/lexicon/NOTICE /licenses/
COPY --from=build /summitbot /summitbot
ARG VERSION=dev COMMIT=unknown DATE=unknown SOURCE=
LABEL org.opencontainers.image.title="summitbot" \
      org.opencontainers.image.description="Answers questions about the background of the Trump-Putin summit in Alaska, in Discord and Telegram" \
      org.opencontainers.image.licenses="Apache-2.0" \
      org.opencontainers.image.version="$VERSION" \
      org.opencontainers.image.revision="$COMMIT" \
      org.opencontainers.image.created="$DATE" \
      org.opencontainers.image.source="$SOURCE"
# A container's loopback is its own, so here the operations endpoint listens to whoever the network lets in.
ENV ZONEINFO=/zoneinfo.zip SUMMITBOT_OPS_ADDRESS=:8090
EXPOSE 8090
USER 65532:65532
HEALTHCHECK --interval=30s --timeout=5s --start-period=10s CMD ["/summitbot", "healthcheck"]
ENTRYPOINT ["/summitbot"]
CMD ["run"]
