package io.podidentity.token;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;

/** A JWKS document in a file. */
public record KeysInFile(Path file) implements KeyDocument {

    @Override
    public String fetch() throws IOException {
        try (var in = Files.newInputStream(file)) {
            return BoundedText.read(in);
        } catch (NoSuchFileException e) {
            throw new IOException("there is no file " + file, e);
        }
    }

    @Override
    public String place() {
        return file.toString();
    }
}
