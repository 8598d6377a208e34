package io.podidentity.agent.http;

import jakarta.ws.rs.WebApplicationException;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import jakarta.ws.rs.ext.ExceptionMapper;
import jakarta.ws.rs.ext.Provider;

/**
 * Answers requests that JAX-RS refuses before they reach the resource, which it does in silence.
 */
@Provider
public class BadRequests implements ExceptionMapper<WebApplicationException> {

    @Override
    public Response toResponse(WebApplicationException refused) {
        int status = refused.getResponse().getStatus();
        return Response.status(status)
                .entity(Reply.invalidRequest(status).body())
                .type(MediaType.APPLICATION_JSON_TYPE)
                .build();
    }
}
