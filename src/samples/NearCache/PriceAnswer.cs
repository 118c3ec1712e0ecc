namespace NearCache;

/// <summary>The answer to a request for a price.</summary>
/// <param name="Cents">The price.</param>
/// <param name="IsNear">Whether it came from the instance's near copy.</param>
internal sealed record PriceAnswer(long Cents, bool IsNear);
