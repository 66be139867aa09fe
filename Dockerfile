# The image holds one static binary, CA roots and time zones: no shell, no package manager, no root.
FROM --platform=$BUILDPLATFORM golang:1.26.8-bookworm AS build
WORKDIR /src
COPY go.mod go.sum ./
RUN go mod download
COPY . .
ARG TARGETOS=linux TARGETARCH=amd64
ARG VERSION=dev COMMIT=unknown DATE=unknown
RUN CGO_ENABLED=0 GOOS=$TARGETOS GOARCH=$TARGETARCH go build -trimpath -buildvcs=false \
      -ldflags "-s -w -buildid= -X main.version=$VERSION -X main.commit=$COMMIT -X main.date=$DATE" \
      -o /summitbot ./cmd/summitbot

FROM scratch
COPY --from=build /etc/ssl/certs/ca-certificates.crt /etc/ssl/certs/
COPY --from=build /usr/local/go/lib/time/zoneinfo.zip /zoneinfo.zip
COPY --from=build /src/LICENSE /src/kb/match/lexicon/NOTICE /licenses/
COPY --from=build /summitbot /summitbot
ENV ZONEINFO=/zoneinfo.zip
USER 65532:65532
ENTRYPOINT ["/summitbot"]
CMD ["run"]
