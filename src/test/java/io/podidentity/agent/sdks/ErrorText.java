package io.podidentity.agent.sdks;

/** What a developer sees, without what differs from run to run. */
record ErrorText(String text) {

    ErrorText {
        text = text.replaceAll("\\s+", " ").strip();
    }

    ErrorText without(String part, String placeholder) {
        return part.isEmpty() ? this : new ErrorText(text.replace(part, placeholder));
    }
}
