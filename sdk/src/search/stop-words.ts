import { lowerCase } from './folding.js';
import type { Language } from './languages.js';

/**
 * Words that an entry is never about, per language: articles, pronouns, prepositions, conjunctions, forms of to be and to
 * have. Short on purpose (a word that is not here costs a little room, a word that is wrongly here is never found), and
 * what a language is recognised by. Compared as they are spelled, accents and all: German "schon" is none of "schön".
 */
const lists: Readonly<Partial<Record<Language, string>>> = {
  en: `a an the and or but nor so if then than that this these those there here i me my mine myself you your yours
    yourself he him his himself she her hers herself it its itself we us our ours ourselves they them their theirs
    themselves who whom whose which what where when why how am is are was were be been being have has had having do does
    did doing would shall should can could might must to of in on at by for from with without into onto upon
    over under about against between through during before after above below up down out off again further once not no
    only own same too very just as because while until both each few more most other some such any all also`,
  de: `der die das den dem des ein eine einen einem einer eines kein keine keinen keinem keiner keines und oder aber
    sondern denn doch wenn weil dass ob als wie so da dann nun ich mich mir mein meine meinen meinem meiner meines du dich
    dir dein deine deinen deinem deiner er ihn ihm sein seine seinen seinem seiner seines sie ihr ihre ihren ihrem ihrer
    ihres es wir uns unser unsere unseren unserem unserer euch euer eure man sich wer wen wem was wo wann warum welche
    welcher welches bin bist ist sind seid war waren warst sei seien gewesen habe hast hat haben habt hatte hatten gehabt
    hätte wäre werde wird werden wurde wurden worden würde kann können konnte muss müssen musste soll sollen sollte will
    wollen wollte darf dürfen in im ins an am ans auf aus bei beim mit nach von vom vor zu zum zur über unter für um durch
    gegen ohne bis seit zwischen nicht nur auch noch schon sehr mehr hier dort dieser diese dieses diesen diesem jeder jede
    jedes jener alle alles`,
  fr: `le la les un une des du de au aux et ou mais donc ni car que qui quoi dont où si comme quand lorsque puisque parce je
    tu il elle on nous vous ils elles me te se moi toi lui leur leurs eux y en mon ma mes ton ta tes son sa ses notre nos
    votre vos ce cet cette ces cela ça ceci celui celle ceux celles suis es est sommes êtes sont étais était étions étaient
    être sera serait soit fut ai as a avons avez ont avais avait avions avaient eu avoir aura aurait eut à dans par
    pour sur sous avec sans chez vers entre pendant depuis avant après contre jusque ne pas plus très aussi encore même
    tout tous toute toutes`,
  es: `el la los las un una unos unas lo al del de y e o u pero sino porque que quien quienes cual cuales cuando donde como
    si yo tú él ella ello nosotros vosotros ellos ellas usted ustedes me te se le les nos os mí ti mi mis tu tus su sus
    nuestro nuestra nuestros nuestras este esta esto estos estas ese esa eso esos esas aquel aquella aquello soy eres es
    somos son era eras éramos eran fui fue fueron ser sido siendo estoy está estamos están estaba estaban he has ha hemos
    han había habían hay hubo a ante bajo con contra desde en entre hacia hasta para por según sin sobre tras no ni más muy
    también ya`,
  it: `il lo la i gli le un uno una di a da in con su per tra fra del dello della dei degli delle al allo alla ai agli alle
    dal dallo dalla dai dagli dalle nel nello nella nei negli nelle sul sullo sulla sui sugli sulle e ed o ma se che chi
    cui non come quando dove perché io tu lui lei noi voi loro mi ti si ci vi ne me te mio mia miei mie tuo tua suo sua
    suoi sue nostro nostra nostri vostro vostra questo questa questi queste quello quella quelli quelle ciò sono è
    siamo siete ero era eravamo erano fu furono essere stato stata stati ho hai ha abbiamo avete hanno avevo aveva avevano
    avere più molto anche già poi`,
  pt: `o a os as um uma uns umas de do da dos das em no na nos nas num numa ao aos à às por pelo pela pelos pelas para com
    sem sob sobre entre até desde e ou mas nem se que quem qual quais quando onde como porque eu tu ele ela nós vós eles
    elas você vocês me te lhe lhes vos meu minha meus minhas teu tua teus tuas seu sua seus suas nosso nossa nossos nossas
    este esta isto estes estas esse essa isso esses essas aquele aquela aquilo sou és é somos são era eram foi foram ser
    sido estou está estamos estão estava estavam estar tenho tem temos têm tinha tinham ter há havia não mais muito também
    já`,
  nl: `de het een en of maar want dus als dat die dit deze dan toen omdat terwijl ik mij me mijn jij je jou jouw u uw hij
    hem zijn zij ze haar wij we ons onze jullie hun hen zich wie wat waar wanneer waarom hoe welk welke ben bent is was
    waren geweest heb hebt heeft hebben had hadden gehad word wordt worden werd werden geworden zal zullen zou zouden
    kan kunnen kon konden moet moeten moest mag mogen wil willen wilde in op aan bij van voor met uit naar te tot om over
    onder door tegen zonder tussen na sinds niet geen ook nog al wel er hier daar zo heel zeer meer`,
  sv: `en ett den det de dem och eller men utan för att som om när då så än jag mig min mitt mina du dig din ditt dina han
    honom hans hon henne hennes vi oss vår vårt våra ni er ert era deras sin sitt sina man sig vem vad var vart varför hur
    vilken vilket vilka denna detta dessa är vara varit blir blev bli blivit har hade ha haft ska skall skulle kan kunde
    måste vill ville i på av till från med hos vid under över efter före mellan genom mot inte ej bara också
    mycket mer här där`,
  ru: `и а но или да не ни же ли бы б что чтобы как так если когда где куда кто чей который которая которое которые потому
    то тот та те того той тех тем том этот эта это эти этого этой этих этом я меня мне мной ты тебя тебе он его ему им нём
    она её ей ею мы нас нам вы вас вам они их ими них себя себе мой моя моё мои моего моей моих твой твоя свой своя своё
    свои своей своего наш наша наше ваш был была было были быть есть будет в во на с со к ко от ото до по за из изо у о об
    обо под над при про для без через между перед уже ещё очень только тоже также вот там тут здесь`,
  zh: `的 了 着 过 和 与 或 及 是 在 有 也 都 就 不 没 没有 我 你 您 他 她 它 我们 你们 他们 她们 这 那 这个 那个 哪 什么 谁 怎么 因为
    所以 但 但是 而 而且 如果 把 被 对 从 到 向 给 让 很 吗 呢 吧 啊 个 一个`,
  ja: `の に は を が で と も や へ か から まで より ので のに けど し て た だ な ね よ ば う です ます でし まし ました いる い ある あり
    する さ れ られ ない なかっ これ それ あれ この その あの ここ そこ こと もの ため など そして しかし でも`,
  th: `ที่ และ หรือ แต่ ของ ใน กับ แก่ จาก ให้ ได้ ว่า เป็น คือ อยู่ มี ไม่ ก็ จะ แล้ว ด้วย โดย เพื่อ เพราะ ถ้า เมื่อ ซึ่ง นี้ นั้น นี่ นั่น ฉัน ผม
    คุณ เขา เธอ เรา พวก มัน ค่ะ ครับ นะ ๆ`,
};

const none: ReadonlySet<string> = new Set();
const sets = new Map(
  Object.entries(lists).map(([language, words]) => [language, new Set(words.split(/\s+/).map(lowerCase))]),
);

/** The stop words of a language, in lower case; none for `und`. */
export function stopWordsOf(language: Language): ReadonlySet<string> {
  return sets.get(language) ?? none;
}
