namespace FastShardMap;

/// <summary>Marks <see cref="EnumKey{TEnum}"/> for <see cref="DefaultHasher{TKey}"/>. The JIT evaluates
/// <c>default(TKey) is IEnumKey</c> at compile time.</summary>
internal interface IEnumKey;
