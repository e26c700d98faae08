/**
 * What the events of an answer mean, in the wires that Larder answers a conversation in.
 *
 * @typedef {{text?: string, reasoning?: string, error?: string, done?: boolean}} Step
 */

/**
 * @param {{event: string, data: string}} event of OpenAI's chat completions or of Anthropic's messages
 * @returns {Step} what it adds; an unknown event adds nothing
 */
export function step({ data }) {
  if (data === "[DONE]") {
    return { done: true };
  }
  let frame;
  try {
    frame = JSON.parse(data);
  } catch {
    return {};
  }
  if (frame.error) {
    return { error: frame.error.message ?? String(frame.error.type ?? "") };
  }
  return frame.type ? anthropic(frame) : openai(frame);
}

function openai(chunk) {
  const delta = chunk.choices?.find((choice) => (choice.index ?? 0) === 0)?.delta;
  return {
    text: delta?.content ?? delta?.refusal ?? "",
    reasoning: delta?.reasoning_content ?? delta?.reasoning ?? "",
  };
}

function anthropic(event) {
  switch (event.type) {
    case "content_block_start":
      return { text: event.content_block?.text ?? "" };
    case "content_block_delta":
      return { text: event.delta?.text ?? "", reasoning: event.delta?.thinking ?? "" };
    case "message_stop":
      return { done: true };
    default:
      return {};
  }
}
