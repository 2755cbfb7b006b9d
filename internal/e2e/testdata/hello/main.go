// hello is the only file of the image that the tests push and pull.
package main

import "fmt"

func main() { fmt.Println("hello from a private registry") }
