package awsapi

import (
	"os"
	"path/filepath"
	"strings"
)

// isEC2 reports whether this machine is an EC2 instance, if it says so at all:
// off EC2, asking for instance metadata only makes people wait.
func (c *Client) isEC2() (yes, known bool, vendor string) {
	vendor = c.vendor()
	return strings.Contains(vendor, "amazon"), vendor != "", vendor
}

// vendor is what DMI says, in lower case, in the files where EC2 names itself:
// Nitro in sys_vendor, Xen in bios_version.
func (c *Client) vendor() string {
	if c.DMI == "" {
		return ""
	}
	var words []string
	for _, file := range []string{"sys_vendor", "bios_version", "board_asset_tag"} {
		text, _ := os.ReadFile(filepath.Join(c.DMI, file))
		words = append(words, strings.Fields(strings.ToLower(string(text)))...)
	}
	return strings.Join(words, " ")
}
