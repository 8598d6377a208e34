/** Makes the JVM image: a tree of files, and from it a tar file without Docker. */
package io.podidentity.image;
