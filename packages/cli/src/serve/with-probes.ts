type Handler = (request: Request) => Promise<Response>;

/** The same handler, but for the paths of probes, which another one answers. */
export function withProbes(handle: Handler, handleHealth: Handler): Handler {
  return (request) => {
    const isProbe = ['/livez', '/readyz'].includes(new URL(request.url).pathname);
    return isProbe ? handleHealth(request) : handle(request);
  };
}
