// Speaks the protocol of ../README.md with the AWS SDK for Go v2.
package main

import (
	"bufio"
	"context"
	"encoding/json"
	"os"
	"runtime/debug"
	"strconv"
	"strings"
	"sync"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/config"
	"github.com/aws/aws-sdk-go-v2/service/sts"
)

type answer struct {
	Version string    `json:"version,omitempty"`
	Errors  []*string `json:"errors,omitempty"`
}

func client() (*sts.Client, error) {
	loaded, err := config.LoadDefaultConfig(context.Background())
	if err != nil {
		return nil, err
	}
	return sts.NewFromConfig(loaded, func(o *sts.Options) {
		o.BaseEndpoint = aws.String(os.Getenv("STS_ENDPOINT"))
	}), nil
}

func attempt(make func() (*sts.Client, error)) *string {
	client, err := make()
	if err == nil {
		_, err = client.GetCallerIdentity(context.Background(), &sts.GetCallerIdentityInput{})
	}
	if err == nil {
		return nil
	}
	return aws.String(err.Error())
}

func fresh(count int) []*string {
	errors := make([]*string, count)
	var all sync.WaitGroup
	for i := range errors {
		all.Go(func() { errors[i] = attempt(client) })
	}
	all.Wait()
	return errors
}

func version() string {
	built, _ := debug.ReadBuildInfo()
	for _, module := range built.Deps {
		if module.Path == "github.com/aws/aws-sdk-go-v2/config" {
			return strings.TrimPrefix(module.Version, "v")
		}
	}
	return "unknown"
}

func main() {
	keep := sync.OnceValues(client)
	out := json.NewEncoder(os.Stdout)
	out.SetEscapeHTML(false)
	in := bufio.NewScanner(os.Stdin)
	for in.Scan() {
		words := strings.Fields(in.Text())
		var said answer
		switch words[0] {
		case "version":
			said = answer{Version: version()}
		case "call":
			said = answer{Errors: []*string{attempt(keep)}}
		default:
			count, _ := strconv.Atoi(words[1])
			said = answer{Errors: fresh(count)}
		}
		if err := out.Encode(said); err != nil {
			panic(err)
		}
	}
}
