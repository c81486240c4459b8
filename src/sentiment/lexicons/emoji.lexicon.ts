/** Emoji and emoticons that show a mood, whatever the language. Scores as in the lexica of words. */
export const EMOJI_LEXICON = `
+3
  😍 🥰 😻 🤩 ❤ ♥ 💖 💕 💗 💓 💞 💘 💝 💯 🎉 🥳 🙌 👏 💋 😘 🏆 ⭐ 🌟 🤗 🫶 💐
+2.5
  👍 😊 ☺ 😀 😃 😄 😁 😆 🙂 👌 💪 😎 💙 💚 💛 💜 🧡 🤍 🖤 😇 😋 🌹 🌷 🌸 ✨ 🎊 🤝 :) :-) :D :-D =) (: <3 ^^ xD ;)
+1.5
  🙏 😂 🤣 🔥 😌 😉 😜 😝 ✅ ☕ 🎄 🎂 🎁 🌺 🫡 🤲
-1.5
  😕 🙁 ☹ 😟 😔 😞 😣 😖 😫 😩 😢 😥 😓 😰 😨 🙄 😒 😑 🤦 😶 :( :-( :/ :-/ =( ): 😬 🫤 🥺 ❌ ⚠
-2.5
  😭 💔 👎 😠 😤 😡 🤬 🤮 🤢 💩 🖕 😾 😱 🤥 😵 🗑 🤡 👿 :'( >:( D:
`;
